/** A server as a process of its own, once its first start has printed how to use it. */
export interface Started {
  url: string
  /** What it printed until then. */
  output: string
  /** Asks it to stop, and returns its exit code. */
  stop(): Promise<number>
}

interface Options {
  cwd?: string
  env?: Record<string, string>
  /** The last that it prints. */
  last?: string
}

/** Runs a command that serves, on a free port with an empty data directory. */
export async function started(
  command: string[],
  dataDir: string,
  { cwd = process.cwd(), env: more, last = '/docs\n' }: Options = {},
): Promise<Started> {
  const given = {
    CHATROOMD_DATA_DIR: dataDir,
    CHATROOMD_PORT: '0',
    CHATROOMD_DEMO: 'true',
    CHATROOMD_DRAIN_TIME: '0',
  }
  const env = { ...process.env, ...given, ...more }
  const server = Bun.spawn(command, { env, cwd, stdout: 'ignore', stderr: 'pipe' })
  const reader = server.stderr.getReader()
  let output = ''
  while (!output.includes(last)) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`the server ended: ${output}`)
    output += new TextDecoder().decode(value)
  }
  void (async () => {
    while (!(await reader.read()).done);
  })()
  return {
    url: /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? '',
    output,
    stop() {
      server.kill('SIGTERM')
      return server.exited
    },
  }
}
