import { expect, test } from 'bun:test'
import { blocksOf } from '../support/commands.ts'
import { connectAs } from '../support/people.ts'
import { freePort } from '../support/ports.ts'
import { aDirectory } from '../support/process.ts'
import { aServer } from '../support/server.ts'
import { until } from '../support/until.ts'

const code = (language: string, holds: string, page = 'docs/callbacks.md') =>
  blocksOf(page).find((block) => block.language === language && block.lines.includes(holds))?.lines ?? ''

const bytes = 'chatroomd-example-secret-32bytes'
const secret = `whsec_${btoa(bytes)}`
const text = JSON.stringify({
  callId: 'acme-demo#lounge_1450000000000001003',
  timestamp: 1767225600123,
  security: 'ef27b5d8da96231a75d92b267be6b2b0',
})

test('13.2 what docs/callbacks.md shows checks both signatures, and finds those that are wrong', async () => {
  const { dir, remove } = aDirectory()
  try {
    await Bun.write(`${dir}/check.mjs`, code('js', 'isSigned'))
    const { isSigned, hasSecurity } = await import(`${dir}/check.mjs`)
    expect(hasSecurity('rule-secret-1', text)).toBe(true)
    expect(hasSecurity('rule-secret-2', text)).toBe(false)

    const [id, at] = ['msg_1', String(Math.floor(Date.now() / 1000))]
    await Bun.write(`${dir}/body.json`, text)
    const shell = Bun.spawnSync(['sh', '-c', code('sh', 'openssl')], {
      cwd: dir,
      env: { PATH: process.env.PATH, SECRET: secret, ID: id, AT: at },
    })
    const signature = `v1,${shell.stdout.toString().trim()}`
    const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,x ${signature}` }
    expect(isSigned(secret, new Headers(headers), text)).toBe(true)
    expect(isSigned(bytes, new Headers(headers), text)).toBe(true)
    expect(isSigned(secret, new Headers(headers), `${text} `)).toBe(false)
    expect(isSigned(secret, new Headers({ ...headers, 'webhook-timestamp': '1' }), text)).toBe(false)
  } finally {
    remove()
  }
})

test('17.8 the endpoint that docs/before-sending.md shows stops a message and replaces another', async () => {
  const { dir, remove } = aDirectory()
  const server = await aServer({ callback_networks: '127.0.0.1' })
  const app = await server.app('demo#chat')
  for (const username of ['alice', 'bob']) await app.call('POST', '/users', { username, password: 'pw-1' })
  const room = await app.room({ owner: 'alice', members: ['bob'] })
  const port = String(await freePort())
  const script = `call() { curl -s -H "Authorization: Bearer $TOKEN" "$@"; echo; }
    ${code('sh', 'decide.mjs', 'docs/before-sending.md').replaceAll('9002', port)}
    wait $DECIDE`
  const shell = Bun.spawn(['bash', '-euc', script], {
    cwd: dir,
    env: { PATH: process.env.PATH, APP: `${server.url}/demo/chat`, TOKEN: app.token },
    stdout: 'pipe',
    detached: true,
  })
  try {
    const [alice, bob] = [await connectAs(app, 'alice'), await connectAs(app, 'bob')]
    await until(async () => (await alice.say(room, 'casino')).status?.reason === 'no adverts')
    await alice.say(room, 'hello')
    await bob.find(({ texts }) => texts.includes('alice: HELLO'))
    for (const each of [alice, bob]) each.close()
  } finally {
    process.kill(-shell.pid)
    await server.stop()
    remove()
  }
})
