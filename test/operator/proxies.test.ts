import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { aLog, type LogLine } from '../support/log.ts'
import { asUser } from '../support/people.ts'
import { freePort } from '../support/ports.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { TestSocket } from '../support/socket.ts'
import {
  aCertificate,
  type Certificate,
  deployedCaddyfile,
  type ProxyProgram,
  startWebProxy,
} from '../support/web-proxy.ts'

setDefaultTimeout(60_000)

const read = (path: string): string => readFileSync(path, 'utf8')

/** The first block of code of a page after these words. */
const blockAfter = (path: string, words: string): string =>
  /```\w*\n(.*?)```/s.exec(read(path).split(words)[1] ?? '')?.[1] ?? ''

const toServer = '127.0.0.1:8080'
const mebibyte = 1024 * 1024
/** The clients come from an address that is not the proxy's, as they do on the internet. */
const client = '127.0.0.2'

interface Shown {
  title: string
  program: ProxyProgram
  block: string
  /** What the block shuts: who reaches the console. */
  inside?: string
  refused?: number
}

const shown: Shown[] = [
  {
    title: 'nginx of docs/production.md',
    program: 'nginx',
    block: blockAfter('docs/production.md', '## nginx'),
    inside: '10.0.0.0/8',
    refused: 403,
  },
  {
    title: 'Caddy of docs/production.md',
    program: 'caddy',
    block: blockAfter('docs/production.md', '## Caddy'),
    inside: 'private_ranges',
    refused: 0,
  },
  {
    title: 'HAProxy of docs/production.md',
    program: 'haproxy',
    block: blockAfter('docs/production.md', '## HAProxy'),
  },
]

let certificate: Certificate
let server: TestServer
let app: TestApp
let lines: LogLine[]
beforeAll(async () => {
  certificate = aCertificate()
  const logged = aLog()
  lines = logged.lines
  server = await aServer({ trusted_proxies: '127.0.0.1', access_log: '1' }, logged.log)
  app = await server.app('acme#lounge')
  await app.register('alice', 'bob')
})
afterAll(async () => {
  await server.stop()
  certificate.remove()
})

/** Puts the addresses and files of this machine into a block. */
function here({ program, block, inside }: Shown, port: number, plain: number): string {
  const { cert, key, pem } = certificate
  let text = block.replaceAll(toServer, new URL(server.url).host)
  if (inside) text = text.replace(inside, '127.0.0.1/32')
  if (program === 'caddy')
    return text.replace('chat.example.com {', `https://localhost:${port} {\ntls ${cert} ${key}`)
  if (program === 'haproxy')
    return text.replace('bind :443 ssl crt /etc/haproxy/chat.pem', `bind 127.0.0.1:${port} ssl crt ${pem}`)
  const files = `ssl_certificate ${cert}; ssl_certificate_key ${key};`
  return text
    .replace(/ssl_certificate(_key)? .*;/g, '')
    .replace('listen 443', `${files} listen 127.0.0.1:${port}`)
    .replace('listen 80;', `listen 127.0.0.1:${plain};`)
}

/** Calls as somebody on the internet; returns what curl tells, and what it was answered. */
async function curl(url: string, ...more: string[]) {
  const format = '\\n%{http_code} %{http_version}'
  const about = ['--cacert', certificate.cert, '--interface', client, '-4', '-sv', '-w', format]
  const child = Bun.spawn(['curl', ...about, ...more, url], { stdout: 'pipe', stderr: 'pipe' })
  const [out, told] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  const [, body = '', status, version] = /^(.*)\n(\d+) (\S+)$/s.exec(out) ?? []
  return { status: Number(status), version, body, told }
}

for (const each of shown) {
  const { title, program, inside, refused } = each
  if (!Bun.which(program)) {
    console.log(
      `17.8 the block for ${title} was not tried: ${program} is not installed (npm run test:proxies)`,
    )
    continue
  }
  describe(`17.8 the block for ${title}`, () => {
    let url: string
    let plain: number
    let proxy: Awaited<ReturnType<typeof startWebProxy>>
    beforeAll(async () => {
      const port = await freePort()
      plain = await freePort()
      proxy = await startWebProxy(program, here(each, port, plain), port)
      url = `https://localhost:${port}`
    })
    afterAll(() => proxy?.stop())

    test('passes calls on, with the address of the client and the name that it called', async () => {
      const body = '{"name":"n","description":"d","owner":"alice"}'
      const madeUp = ['-H', 'X-Forwarded-For: 203.0.113.9', '-H', 'X-Forwarded-Host: evil.example.com']
      const authorized = ['-H', `Authorization: Bearer ${app.token}`, '-H', 'X-Request-Id: proxied']
      const from = lines.length
      const got = await curl(`${url}/acme/lounge/chatrooms`, '-d', body, ...authorized, ...madeUp)
      expect(got.status).toBe(200)
      expect(JSON.parse(got.body).uri).toBe(`${url}/acme/lounge/chatrooms`)
      const line = lines.slice(from).find(({ operation }) => operation === 'createRoom')
      expect(line?.address).toBe(client)
    })

    test('lets a message pass from one socket to another', async () => {
      const room = await app.room({ owner: 'alice', members: ['bob'] })
      const login = async (name: string) =>
        TestSocket.login(url, app.key, name, (await asUser(app, name)).token, 'test', certificate.ca)
      const [alice, bob] = await Promise.all([login('alice'), login('bob')])
      await alice.say(room, 'through')
      await bob.text('alice: through')
      for (const socket of [alice, bob]) socket.close()
    })

    test('lets the largest attachment pass, after 100 Continue, and the server refuse a larger one', async () => {
      const send = async (size: number) => {
        const file = `${certificate.dir}/file`
        await Bun.write(file, new Uint8Array(size))
        const about = ['-H', `Authorization: Bearer ${app.token}`, '-H', 'Expect: 100-continue']
        return curl(`${url}/acme/lounge/chatfiles`, '--http1.1', '-F', `file=@${file}`, ...about)
      }
      const largest = await send(10 * mebibyte)
      expect([largest.status, largest.told]).toEqual([200, expect.stringContaining('HTTP/1.1 100')])
      const larger = await send(10 * mebibyte + 1)
      expect([larger.status, larger.body]).toEqual([400, expect.stringContaining('request_entity_too_large')])
    })

    if (inside)
      test('shuts the console to the internet, and speaks HTTP/2', async () => {
        expect((await curl(`${url}/console`)).status).toBe(refused as number)
        expect((await curl(`${url}/console`, '--interface', '127.0.0.1')).status).toBe(200)
        expect((await curl(`${url}/health/ready`)).version).toBe('2')
      })

    if (program === 'nginx' && inside)
      test('sends those who come without TLS to it', async () => {
        const { status, told } = await curl(`http://localhost:${plain}/a?b`)
        expect([status, told]).toEqual([301, expect.stringContaining('ocation: https://localhost/a?b')])
      })
  })
}

if (Bun.which('caddy'))
  test('17.2 deploy/Caddyfile sends calls to the node that is left while the other one stops', async () => {
    const port = await freePort()
    const other = await aServer()
    const [one, two] = [server, other].map(({ url }) => new URL(url).host) as [string, string]
    const block = deployedCaddyfile({ port, certificate, one, two })
    const proxy = await startWebProxy('caddy', block, port)
    const { ca } = certificate
    const url = `https://localhost:${port}/no/app/token`
    const call = async () => (await fetch(url, { method: 'POST', body: '{}', tls: { ca } })).status
    const read = async () => (await fetch(url, { tls: { ca } })).status
    const before = await Promise.all(Array.from({ length: 8 }, call))
    await other.stop()
    // A connection that was kept open may take a call while it breaks. Reads, which Caddy repeats, use up all of these.
    await Promise.all(Array.from({ length: 16 }, read))
    const after: number[] = []
    for (let n = 0; n < 20; n += 1) after.push(await call())
    expect([...new Set([...before, ...after])]).toEqual([404])
    await proxy.stop()
  })

test('17.8 both languages show the same blocks for proxies', () => {
  const bare = (block: string) => block.replace(/ *#.*/g, '')
  for (const words of ['## nginx', '## Caddy', '## HAProxy'])
    expect(bare(blockAfter('docs/production.zh-CN.md', words))).toBe(
      bare(blockAfter('docs/production.md', words)),
    )
})
