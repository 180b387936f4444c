/** Calls a server by its API description with schemathesis, where Python can have it: `npm run test:schemathesis`. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { startChatroomd } from '../src/chatroomd.ts'
import { readConfig } from '../src/config.ts'

const environment = 'node_modules/.cache/schemathesis'
const command = join(environment, 'bin', 'schemathesis')
const requirement = 'schemathesis==4.32.5'

/** Installs schemathesis for this checkout; prints why not where it cannot. */
function install(): string | undefined {
  if (existsSync(command)) return undefined
  if (!Bun.which('python3')) return 'there is no python3'
  const run = (...words: string[]) => Bun.spawnSync(words, { stdout: 'ignore', stderr: 'inherit' }).success
  if (!run('python3', '-m', 'venv', environment)) return 'python3 has no module venv'
  const pip = join(environment, 'bin', 'pip')
  return run(pip, 'install', '--quiet', '--retries', '1', requirement)
    ? undefined
    : `${requirement} cannot be installed`
}

const reason = install()
if (reason !== undefined) {
  console.log(`Left out: ${reason}.`)
  process.exit(0)
}

const dir = mkdtempSync(join(tmpdir(), 'chatroomd-schemathesis-'))
const config = readConfig({ data_dir: dir, port: '0', apps: 'demo#chat:id:secret' }, {}, '')
const server = await startChatroomd(config, pino({ level: 'silent' }))
const token = await server.admin.issueToken('demo#chat', 3600)

/** What the examples of the description speak of. */
async function prepare(): Promise<void> {
  const call = async (path: string, body: object) => {
    const response = await fetch(`${server.url}/demo/chat${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(await response.text())
  }
  const usernames = ['alice', 'bob', 'carol']
  await call(
    '/users',
    usernames.map((username) => ({ username, password: 'secret-1' })),
  )
  await call('/chatrooms', {
    name: 'a',
    description: 'b',
    owner: 'alice',
    members: ['bob'],
    roomid: '248710559375361',
  })
}

await prepare()
const run = Bun.spawn(
  [
    command,
    '--config-file=schemathesis.toml',
    'run',
    `${server.url}/openapi.json`,
    `--header=Authorization: Bearer ${token}`,
    `--max-examples=${process.env.SCHEMATHESIS_EXAMPLES ?? 5}`,
    `--phases=${process.env.SCHEMATHESIS_PHASES ?? 'examples,coverage,fuzzing,stateful'}`,
    '--seed=1',
    ...process.argv.slice(2),
  ],
  { stdio: ['ignore', 'inherit', 'inherit'] },
)
const code = await run.exited
await server.stop(1000)
rmSync(dir, { recursive: true })
process.exit(code)
