import { afterAll, beforeAll, expect, test } from 'bun:test'
import { password, signIn } from '../support/operators.ts'
import { aServer, type TestServer } from '../support/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await aServer()
})
afterAll(() => server.stop())

/** Runs a command about operators against the running server, with a text on standard input. */
async function operator(args: string[], input = '') {
  const command = Bun.spawn([process.execPath, 'src/main.ts', 'operator', ...args], {
    env: { ...process.env, CHATROOMD_DATA_DIR: server.dir, CHATROOMD_DATABASE_URL: server.databaseUrl },
    stdin: new Blob([input]),
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([
    new Response(command.stdout).text(),
    new Response(command.stderr).text(),
  ])
  return { code: await command.exited, out, err }
}

test('15 commands add, list, change and remove operators of a running server', async () => {
  const added = await operator(['add', 'ann', '--role', 'admin'], `${password}\n`)
  expect(added).toMatchObject({ code: 0, out: 'added ann, admin\n' })
  const made = await operator(['add', 'vic'])
  const own = /^password {2}(\S+)$/m.exec(made.out)?.[1] ?? ''
  expect((await signIn(server.url, 'ann')).body.operator).toEqual({ name: 'ann', role: 'admin' })
  expect((await signIn(server.url, 'vic', own)).body.operator).toEqual({ name: 'vic', role: 'viewer' })
  await operator(['role', 'vic', 'moderator'])
  await operator(['password', 'vic'], 'another long password\n')
  expect((await signIn(server.url, 'vic', 'another long password')).body.operator.role).toBe('moderator')
  expect((await operator(['list'])).out).toMatch(
    /^NAME {2}ROLE {7}CREATED\nann {3}admin {6}\S+\nvic {3}moderator {2}\S+\n$/,
  )
  await operator(['remove', 'vic'])
  expect((await signIn(server.url, 'vic', 'another long password')).status).toBe(401)
}, 30_000)

test('15 a command says what is wrong, and adds nobody', async () => {
  const short = await operator(['add', 'bob'], 'short\n')
  expect([short.code, short.err]).toEqual([
    1,
    'chatroomd: the password of an operator has 10 to 128 characters\n',
  ])
  const role = await operator(['add', 'bob', '--role', 'root'], `${password}\n`)
  expect([role.code, role.err]).toEqual([1, 'chatroomd: role must be one of viewer, moderator, admin\n'])
  expect(await server.admin.listOperators()).not.toContainEqual(expect.objectContaining({ name: 'bob' }))
}, 30_000)
