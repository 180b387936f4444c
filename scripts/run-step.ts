/** What a command has printed and how it ended. */
interface Outcome {
  ok: boolean
  seconds: number
  /** What to read when it failed: each failed test with what it printed, else the last lines. */
  reasons: string[]
  /** The files whose tests failed, as `bun test` names them. */
  failedFiles: string[]
}

/** Lines of a test that are shown again when it fails, and lines of a command that fails without a test. */
const shownLines = 40

/** Runs a command of the project; what it prints goes through as it comes, or `late`, when it has ended. */
export async function runStep(
  command: string[],
  env: Record<string, string> = {},
  { late = false } = {},
): Promise<Outcome> {
  const from = performance.now()
  const run = Bun.spawn(command, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PATH: `node_modules/.bin:${process.env.PATH}`, ...env },
  })
  const [out, errors] = await Promise.all([
    forwarded(run.stdout, late ? undefined : process.stdout),
    forwarded(run.stderr, late ? undefined : process.stderr),
  ])
  if (late) process.stdout.write(`\n${out}${errors}`)
  const ok = (await run.exited) === 0
  const seconds = (performance.now() - from) / 1000
  if (ok) return { ok, seconds, reasons: [], failedFiles: [] }
  const { reasons, failedFiles } = failedTests(errors)
  if (reasons.length === 0) reasons.push(...[out, errors].map(lastLines))
  return { ok, seconds, reasons, failedFiles }
}

/** Two commands that ran at the same time, as one. */
export const together = (one: Outcome, other?: Outcome): Outcome =>
  other
    ? {
        ok: one.ok && other.ok,
        seconds: Math.max(one.seconds, other.seconds),
        reasons: [...one.reasons, ...other.reasons],
        failedFiles: [...one.failedFiles, ...other.failedFiles],
      }
    : one

async function forwarded(from: ReadableStream<Uint8Array>, to?: NodeJS.WriteStream): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const chunk of from) {
    to?.write(chunk)
    text += decoder.decode(chunk, { stream: true })
  }
  return text
}

/** What `bun test` says of each test that failed, with the file that it is in. */
function failedTests(printed: string) {
  const reasons: string[] = []
  const files = new Set<string>()
  let file = ''
  let lines: string[] = []
  for (const line of Bun.stripANSI(printed).split('\n')) {
    // At its end `bun test` lists all failures again, without their files.
    if (/^\d+ tests? (failed|skipped)/.test(line)) break
    if (/^\S+\.test\.tsx?:$/.test(line)) {
      file = line.slice(0, -1)
      lines = []
    } else if (line.startsWith('(fail)')) {
      reasons.push([`${file}:`, ...lines.slice(-shownLines), line].join('\n'))
      files.add(file)
      lines = []
    } else if (/^\((pass|skip|todo)\)/.test(line)) lines = []
    else lines.push(line)
  }
  return { reasons, failedFiles: [...files] }
}

function lastLines(text: string): string {
  return text.trimEnd().split('\n').slice(-shownLines).join('\n')
}
