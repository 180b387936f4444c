import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Redis server on loopback without persistence. */
export interface TestRedis {
  url: string
  /** Ends it, and starts it again at the same port. */
  restart(): Promise<void>
  stop(): Promise<void>
}

/** Starts a Redis of the machine on a free port; fails with what to install when there is none. */
export async function startRedis(): Promise<TestRedis> {
  const program = Bun.which('valkey-server') ?? Bun.which('redis-server')
  if (!program) throw new Error('this test needs Redis: apt-get install redis-server')
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-redis-'))
  async function start(port: number) {
    const process = Bun.spawn(
      [program as string, '--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
      { cwd: dir, stdio: ['ignore', 'pipe', 'inherit'] },
    )
    const isReady = await firstMatch(process.stdout, /Ready to accept connections|Address already in use/)
    if (isReady === 'Ready to accept connections') return process
    process.kill()
    return undefined
  }
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 20_000)
    let server = await start(port)
    if (!server) continue
    return {
      url: `redis://127.0.0.1:${port}`,
      async restart() {
        server?.kill()
        await server?.exited
        server = await start(port)
      },
      async stop() {
        server?.kill()
        await server?.exited
        rmSync(dir, { recursive: true, force: true })
      },
    }
  }
}

async function firstMatch(stream: ReadableStream<Uint8Array>, pattern: RegExp): Promise<string | undefined> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) return undefined
    text += decoder.decode(value)
    const found = pattern.exec(text)?.[0]
    if (found === undefined) continue
    reader.releaseLock()
    stream.pipeTo(new WritableStream()).catch(() => undefined)
    return found
  }
}
