import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { until } from './until.ts'

/** A NATS server on loopback. */
export interface TestNats {
  url: string
  /** Ends it, and starts it again at the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts the NATS of the machine on a free port; fails with what to install when there is none. */
export async function startNats(): Promise<TestNats> {
  const program = Bun.which('nats-server')
  if (!program) throw new Error('this test needs NATS: apt-get install nats-server')
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-nats-'))
  async function start(port: string) {
    const process = Bun.spawn(
      [program as string, '--addr', '127.0.0.1', '--port', port, '--ports_file_dir', dir],
      {
        cwd: dir,
        stdio: ['ignore', 'ignore', 'ignore'],
      },
    )
    const file = join(dir, `nats-server_${process.pid}.ports`)
    await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '')
    const { nats }: { nats: string[] } = JSON.parse(readFileSync(file, 'utf8'))
    return { process, url: nats[0] ?? '' }
  }
  let { process: server, url } = await start('-1')
  return {
    url,
    async restart() {
      server.kill()
      await server.exited
      ;({ process: server } = await start(new URL(url).port))
    },
    async stop() {
      server.kill()
      await server.exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
