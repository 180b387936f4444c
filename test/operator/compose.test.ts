import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { settings } from '../../src/operator/settings.ts'
import { aDatabase, type TestDatabase } from '../support/database.ts'
import { readDockerfile } from '../support/dockerfile.ts'
import { freePort } from '../support/ports.ts'
import { aDirectory, chatroomd, type Served, serves } from '../support/process.ts'
import { type Call, callsOn } from '../support/served-app.ts'
import { TestSocket } from '../support/socket.ts'
import { fileIn, upload } from '../support/upload.ts'
import { aCertificate, deployedCaddyfile, startWebProxy } from '../support/web-proxy.ts'

setDefaultTimeout(60_000)

interface Service {
  environment?: Record<string, string>
  secrets?: string[]
  volumes?: string[]
  depends_on?: Record<string, unknown> | string[]
  healthcheck?: { test: string[] }
  stop_grace_period?: string
}

const deploy = join(import.meta.dir, '../../deploy')
const { services, networks } = Bun.YAML.parse(readFileSync(join(deploy, 'compose.cluster.yml'), 'utf8')) as {
  services: Record<string, Service>
  networks: { default: { ipam: { config: { subnet: string }[] } } }
}
const { instructions } = readDockerfile(join(deploy, 'Dockerfile'))
const ofImage = (word: string): string => instructions.findLast((each) => each.word === word)?.rest ?? ''
const names = ['one', 'two'] as const

/** What compose and the image set for a service, with this machine's paths, addresses and ports in their places. */
function environmentOf(name: string, dir: string, publicHost: string): Record<string, string> {
  const set = Object.fromEntries(
    ofImage('ENV')
      .split(' ')
      .map((each) => each.split('=') as [string, string]),
  )
  const env: Record<string, string> = { ...set, ...services[name]?.environment }
  const [volume = ''] = services[name]?.volumes?.map((each) => each.replace(/:\/data$/, '')) ?? []
  for (const [variable, value] of Object.entries(env))
    env[variable] = value
      .replace('/run/secrets', join(dir, 'secrets'))
      .replace(/^\/data$/, join(dir, volume))
      .replace(/\$\{CHAT_HOST[^}]*\}/, publicHost)
      .replace('0.0.0.0', '127.0.0.1')
      .replace(networks.default.ipam.config[0]?.subnet ?? '', '127.0.0.0/8')
  return env
}

test('17.2 the containers are given longer to stop than the server takes', () => {
  for (const name of names)
    expect(Number.parseInt(services[name]?.stop_grace_period ?? '', 10)).toBeGreaterThan(
      Number(settings.drain_time.default) + 15,
    )
})

const hasDatabase = Boolean(process.env.TEST_DATABASE_URL)
if (!hasDatabase)
  console.log(
    '17.2 the services of compose.cluster.yml were not started: no TEST_DATABASE_URL. "npm test" brings a PostgreSQL.',
  )

const hasCaddy = hasDatabase && Boolean(Bun.which('caddy'))
if (hasDatabase && !hasCaddy)
  console.log('17.2 nobody came to the nodes of compose.cluster.yml through Caddy: it is not installed')

const { dir, remove } = aDirectory()
const ports: number[] = []
let database: TestDatabase | undefined
let nodes: Served[] = []
let ca: string | undefined
let stopProxy = async (): Promise<void> => undefined

beforeAll(async () => {
  if (!hasDatabase) return
  database = await aDatabase()
  mkdirSync(join(dir, 'secrets'))
  writeFileSync(join(dir, 'secrets/apps'), 'acme#lounge:id:secret\n')
  writeFileSync(join(dir, 'secrets/database_url'), `${database?.url}\n`)
  for (let n = 0; n < 3; n += 1) ports.push(await freePort())
  const [one = 0, two = 0, front = 0] = ports
  const [command] = JSON.parse(ofImage('CMD')) as [string]
  expect(command).toBe('serve')
  // Both at once, on a database that has nothing yet.
  nodes = await Promise.all(
    names.map((name, n) => {
      const here = ['--port', String(ports[n]), '--drain-time', '0']
      return serves({ cwd: dir, env: environmentOf(name, dir, `localhost:${front}`) }, here)
    }),
  )
  const { call } = await callsOn(nodes[0]?.url ?? '')
  for (const username of ['alice', 'bob']) await call('POST', '/users', { username })
  if (!hasCaddy) return
  const certificate = aCertificate()
  const at = { one: `127.0.0.1:${one}`, two: `127.0.0.1:${two}` }
  const proxy = await startWebProxy('caddy', deployedCaddyfile({ port: front, certificate, ...at }), front)
  ca = certificate.ca
  stopProxy = async () => {
    await proxy.stop()
    certificate.remove()
  }
})
afterAll(async () => {
  await stopProxy()
  await Promise.all(nodes.map((node) => node.end('SIGTERM')))
  await database?.remove()
  remove()
})

test.skipIf(!hasDatabase)(
  '17.2 each node of compose.cluster.yml is healthy by the check of its image',
  async () => {
    const [, ...check] = JSON.parse(ofImage('HEALTHCHECK').replace('CMD ', '')) as string[]
    for (const [n, name] of names.entries()) {
      const env = { ...environmentOf(name, dir, 'localhost'), CHATROOMD_PORT: String(ports[n]) }
      expect(await chatroomd(check, { cwd: dir, env })).toEqual({ out: expect.any(String), err: '', code: 0 })
    }
  },
)

const isReady = Bun.which('pg_isready')
test.skipIf(!hasDatabase || !isReady)('17.2 PostgreSQL is ready by the check of compose.cluster.yml', () => {
  const [, , ...flags] = services.postgres?.healthcheck?.test ?? []
  const { hostname, port } = new URL(database?.url ?? '')
  expect(Bun.spawnSync([isReady as string, ...flags, '-h', hostname, '-p', port]).exitCode).toBe(0)
})

test.skipIf(!hasDatabase)(
  '17.2 a room that is made at one node of compose.cluster.yml is at the other, with its messages and attachments',
  async () => {
    const calls = await Promise.all(nodes.map(({ url }) => callsOn(url)))
    const [atOne, atTwo] = calls.map(({ call }) => call) as [Call, Call]
    const draft = { name: 'shared', description: 'd', owner: 'alice', members: ['bob'] }
    const made = await atOne<{ data: { id: string }; uri: string }>('POST', '/chatrooms', draft)
    expect(made.body.uri).toBe(`https://localhost:${ports[2]}/acme/lounge/chatrooms`)
    const room = made.body.data.id
    const sockets = await Promise.all(
      ['alice', 'bob'].map(async (name, n) => {
        const grant = { grant_type: 'inherit', username: name }
        const { body } = await ([atOne, atTwo][n] as Call)<{ access_token: string }>('POST', '/token', grant)
        return TestSocket.login(nodes[n]?.url ?? '', 'acme#lounge', name, body.access_token)
      }),
    )
    const [alice, bob] = sockets as [TestSocket, TestSocket]
    await alice.say(room, 'from one')
    await bob.text('alice: from one')
    await bob.say(room, 'from two')
    await alice.text('bob: from two')
    for (const socket of sockets) socket.close()
    const [one, two] = nodes.map(({ url }) => `${url}/acme/lounge`) as [string, string]
    const form = new FormData()
    form.set('file', new File(['shared by both'], 'a.txt'))
    const { uuid, secret = '' } = fileIn(
      (await upload({ url: one, token: calls[0]?.token ?? '', body: form })).body,
    )
    const file = await fetch(`${two}/chatfiles/${uuid}`, {
      headers: { authorization: `Bearer ${calls[1]?.token}`, 'share-secret': secret },
    })
    expect(await file.text()).toBe('shared by both')
  },
)

test.skipIf(!hasCaddy)(
  '17.2 clients come to the nodes of compose.cluster.yml through its Caddy',
  async () => {
    const { call } = await callsOn(nodes[0]?.url ?? '')
    const { body: made } = await call<{ data: { id: string } }>('POST', '/chatrooms', {
      name: 'n',
      description: 'd',
      owner: 'alice',
      members: ['bob'],
    })
    const sockets = await Promise.all(
      ['alice', 'bob'].map(async (username) => {
        const { body } = await call<{ access_token: string }>('POST', '/token', {
          grant_type: 'inherit',
          username,
        })
        return TestSocket.login(
          `https://localhost:${ports[2]}`,
          'acme#lounge',
          username,
          body.access_token,
          'web',
          ca,
        )
      }),
    )
    const [alice, bob] = sockets as [TestSocket, TestSocket]
    await alice.say(made.data.id, 'through')
    await bob.text('alice: through')
    for (const socket of sockets) socket.close()
  },
)
