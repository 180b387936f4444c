/** Runs every check and test, as people and CI do: `npm test`, or `npm run quick` for the ones that take seconds. */
import { Glob } from 'bun'
import { runStep, together } from './run-step.ts'

const quick = process.argv.includes('--quick')

interface Step {
  name: string
  command: string[]
  env?: Record<string, string>
  /** Runs at the same time; what it prints comes after it. */
  beside?: string[]
  /** What the quick run does instead; it leaves out steps that are `long`. */
  quick?: Pick<Step, 'command' | 'env'>
  long?: boolean
  /** Runs the test files that failed once more, by themselves. */
  again?: string[]
}

/** Tests that start processes take seconds where other work goes on beside them. */
const timeout = '--timeout=30000'

/** Tests of what is the same on every store: of HTTP and sockets, pages, commands. Once is enough. */
const storeless = [
  'src/**',
  'test/{build,cli,client,crash,limits,readme,recipes,threads}.test.ts',
  'test/console/{commands,operate,pages,room,sign-in}.test.ts',
  'test/http/{discovery,docs-page,guide}.test.ts',
  'test/faults/{backup,bodies,full-disk,http-connections,http-proxies,history,memory,operator,passwords,slow-readers,sockets,stopping}.test.ts',
  'test/operator/{*-commands,chart,configuration,deploy,image,packages,proxies,release,systemd}.test.ts',
  'test/permissions.test.ts',
  'test/sdk/{example,ui-kit}.test.ts',
  'test/source/**',
]

/** Tests that wait for browsers and processes most of the time: they run beside the others. */
const waiting = {
  sqlite: [
    'test/console/**',
    'test/http/{docs-page,guide}.test.ts',
    'test/operator/**',
    'test/sdk/**',
    'test/{cli,readme,recipes}.test.ts',
  ],
  postgres: ['test/{callbacks,console,operator,sdk}/**', 'test/faults/[a-m]*.test.ts'],
}

const leavingOut = (patterns: string[]): string[] =>
  patterns.map((pattern) => `--path-ignore-patterns=${pattern}`)

/** The test files of some patterns, without those of others. */
function filesOf(patterns: string[], without: string[] = []): string[] {
  const isLeftOut = (file: string) => without.some((pattern) => new Glob(pattern).match(file))
  return patterns
    .flatMap((pattern) => [...new Glob(pattern).scanSync()])
    .filter((file) => file.endsWith('.test.ts') && !isLeftOut(file))
    .sort()
}

const onPostgres = ['bun', 'scripts/with-postgres.ts', 'bun', 'test', timeout]

const steps: Step[] = [
  { name: 'format and lint', command: ['biome', 'ci', '.'] },
  { name: 'client, types of the API', command: ['bun', 'client/build.ts', '--types'] },
  { name: 'console, built', command: ['bun', 'console/build.ts'] },
  { name: 'guide, built', command: ['bun', 'guide/build.ts'] },
  { name: 'console, texts of both languages', command: ['bun', 'scripts/console-texts.ts', '--check'] },
  { name: 'console, size', command: ['size-limit'] },
  { name: 'types', command: ['tsc', '-p', '.'], beside: ['tsc', '-p', 'console'] },
  { name: 'layers', command: ['bun', '--bun', 'depcruise', 'src', '--config', '.dependency-cruiser.cjs'] },
  { name: 'generated files', command: ['bun', 'scripts/generate.ts', '--check'] },
  {
    name: 'API description, two linters',
    command: ['npm', 'run', '--silent', 'lint:api'],
    env: { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
    long: true,
  },
  {
    name: 'calls made up from the API description',
    command: ['bun', 'scripts/schemathesis.ts'],
    // The coverage of every schema and the fuzzing take three minutes: `npm run test:schemathesis` has them.
    env: { SCHEMATHESIS_PHASES: 'examples,stateful' },
    long: true,
  },
  { name: 'unused code', command: ['bun', '--bun', 'knip'] },
  {
    name: 'tests on SQLite',
    command: ['bun', 'test', timeout, ...leavingOut(waiting.sqlite)],
    beside: ['bun', 'test', timeout, ...filesOf(waiting.sqlite)],
    again: ['bun', 'test', timeout],
    quick: { command: ['bun', 'test', '--parallel', timeout], env: { MODEL_RUNS: '10', CRASH_ROUNDS: '1' } },
  },
  {
    name: 'tests on PostgreSQL',
    again: onPostgres,
    command: [...onPostgres, ...leavingOut([...storeless, ...waiting.postgres])],
    beside: [...onPostgres, ...filesOf(waiting.postgres, storeless)],
    env: { MODEL_RUNS: '25' },
    long: true,
  },
  {
    name: 'orders of calls, kills and repeated calls on three nodes',
    command: [
      ...onPostgres,
      'test/model.test.ts',
      'test/faults/rooms-crash-model.test.ts',
      'test/http/retries.test.ts',
    ],
    env: { TEST_NODES: '3', MODEL_RUNS: '8' },
    long: true,
  },
  {
    name: 'orders of calls and kills with two threads',
    command: [
      'bun',
      'test',
      timeout,
      'test/model.test.ts',
      'test/crash.test.ts',
      'test/realtime/login.test.ts',
    ],
    env: { TEST_THREADS: '2', MODEL_RUNS: '12', CRASH_ROUNDS: '1' },
    long: true,
  },
  // Whether the harness works, not how fast: the parts may get in each other's way.
  {
    name: 'bench harness',
    command: ['bun', 'bench/main.ts', '--smoke'],
    beside: ['bun', 'bench/main.ts', 'realtime', '--smoke'],
    long: true,
  },
  {
    name: 'bench harness on PostgreSQL',
    command: ['bun', 'bench/main.ts', '--store', 'postgres', '--smoke'],
    long: true,
  },
]

const started = performance.now()
const failed: string[] = []
/** What the failed steps printed, and the tests that passed only when they ran alone. */
const reasons: string[] = []
const flaky: string[] = []
let passed = 0
for (const [place, step] of steps.entries()) {
  if (quick && step.long) continue
  const title = `[${place + 1}/${steps.length}] ${step.name}`
  console.log(`\n${title}`)
  const { command, env, beside }: Pick<Step, 'command' | 'env' | 'beside'> = (quick && step.quick) || step
  const other = beside && runStep(beside, env, { late: true })
  let run = together(await runStep(command, env), await other)
  if (!run.ok) reasons.push(`--- ${step.name}`, ...run.reasons)
  if (!run.ok && step.again && run.failedFiles.length > 0 && run.failedFiles.length <= 3) {
    console.log(`\n${title}: ${run.failedFiles.join(', ')} once more, alone`)
    const { failedFiles } = run
    run = await runStep([...step.again, ...failedFiles], step.env)
    if (run.ok) flaky.push(...failedFiles.map((file) => `${file} (${step.name})`))
  }
  console.log(`${title}: ${run.ok ? 'ok' : 'FAILED'} (${run.seconds.toFixed(1)} s)`)
  if (run.ok) passed += 1
  else failed.push(step.name)
}

if (quick)
  console.log(
    `\nLeft out: ${
      steps
        .filter((step) => step.long)
        .map((step) => step.name)
        .join(', ') || 'nothing'
    }`,
  )
if (reasons.length > 0) console.log(`\n${reasons.join('\n\n')}`)
if (flaky.length > 0)
  console.log(
    `\nFlaky, failed and then passed alone; mend them:\n${flaky.map((file) => `  ${file}`).join('\n')}`,
  )
if (failed.length > 0) console.log(`\nFailed: ${failed.join(', ')}`)
console.log(
  `\nTook ${((performance.now() - started) / 1000).toFixed(0)} s\n${passed} passed, ${failed.length} failed`,
)
process.exit(failed.length === 0 ? 0 : 1)
