/**
 * `npm run perf-regress -- BEFORE [AFTER]`: compares the processor time that a request costs at two commits, in turns, and
 * fails where it rose beyond the noise of this run. Before a release; it takes some minutes. AFTER is HEAD if not given.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Dataset } from './dataset.ts'
import { changeOf, median } from './figures.ts'
import { type Listening, processorMs, startServer } from './processes.ts'
import { type Bench, creates, reads, takeToken } from './rest.ts'
import { checkWrk, type LoadRequest, runWrk, writeRequests } from './wrk.ts'

const { PERF_ROUNDS = '11', PERF_ROOMS = '100000', PERF_SECONDS = '1' } = process.env
const [rounds, rooms, seconds] = [Number(PERF_ROUNDS), Number(PERF_ROOMS), Number(PERF_SECONDS)]
const root = new URL('..', import.meta.url).pathname

function run(command: string[], cwd: string): string {
  const { exitCode, stdout, stderr } = Bun.spawnSync(command, { cwd })
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stderr}${stdout}`)
  return stdout.toString().trim()
}

interface Side extends Bench {
  commit: string
}

/** Checks a commit out, with the packages of this one where they are the same, and fills a store by its own code. */
async function sideOf(commit: string, tree: string): Promise<Side> {
  run(['git', 'worktree', 'add', '--detach', tree, commit], root)
  const lock = 'package-lock.json'
  if (readFileSync(join(root, lock), 'utf8') === readFileSync(join(tree, lock), 'utf8'))
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'))
  else run(['npm', 'ci', '--ignore-scripts'], tree)
  const pages = 'console/dist'
  if (existsSync(join(root, pages))) cpSync(join(root, pages), join(tree, pages), { recursive: true })
  const [work, dir] = [`${tree}-work`, `${tree}-data`]
  for (const each of [work, dir]) mkdirSync(each, { mode: 0o700 })
  const fill = `const { makeDataset } = await import('${tree}/bench/dataset.ts')
    console.log(JSON.stringify(await makeDataset('${dir}', ${rooms}, 0)))`
  const data = JSON.parse(run([process.execPath, '-e', fill], tree)) as Dataset
  const server: Listening = await startServer(dir, {}, [join(tree, 'src/main.ts'), 'serve'])
  return { commit, server, data, token: await takeToken(server, data), work }
}

/** Microseconds of processor time of the server for a request. On a machine that is very busy a load may get no turn at all. */
async function costOf(side: Side, name: string, patience = 5): Promise<number> {
  const { server, work } = side
  const before = processorMs(server.pid)
  const { answers, failures } = await runWrk(server.url, join(work, `${name}.tsv`), seconds)
  if (answers === 0 && patience > 0) return costOf(side, name, patience - 1)
  if (failures > 0 || answers === 0) throw new Error(`${name}: ${failures} of ${answers} requests failed`)
  return ((processorMs(server.pid) - before) * 1000) / answers
}

const loads: { what: string; requests(side: Side): LoadRequest[] }[] = [
  ...reads,
  { what: 'create, 2 members', requests: ({ token }) => creates(token) },
]

/** One load on both sides in turns, which change places every round. Returns whether it fell. */
async function compare(
  before: Side,
  after: Side,
  { what, requests }: (typeof loads)[number],
): Promise<boolean> {
  const costs = new Map<Side, number[]>([before, after].map((side) => [side, []]))
  for (const side of [before, after]) {
    writeRequests(side.work, 'load', requests(side))
    await costOf(side, 'load')
  }
  for (let round = 0; round < rounds; round++) {
    for (const side of round % 2 === 0 ? [before, after] : [after, before])
      costs.get(side)?.push(await costOf(side, 'load'))
  }
  const [old, now] = [costs.get(before) ?? [], costs.get(after) ?? []]
  const { ratio, low, high, isFall } = changeOf(old, now)
  const text = `${median(old).toFixed(1)} µs, then ${median(now).toFixed(1)}: ${ratio.toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`
  console.log(`${what.padEnd(40)} ${text}${isFall ? '  ** dearer **' : ''}`)
  return isFall
}

checkWrk()
const [from, to = 'HEAD'] = process.argv.slice(2)
if (rounds < 6) throw new Error('PERF_ROUNDS must be at least 6: fewer rounds show no noise')
if (from === undefined) throw new Error('name the commit to compare with: npm run perf-regress -- v0.1.0')
const place = mkdtempSync(join(tmpdir(), 'chatroomd-regress-'))
const sides: Side[] = []
let falls = 0
try {
  for (const [name, commit] of Object.entries({ before: from, after: to }))
    sides.push(
      await sideOf(run(['git', 'rev-parse', '--verify', `${commit}^{commit}`], root), join(place, name)),
    )
  const [before, after] = sides as [Side, Side]
  console.log(
    `${rooms} rooms, ${rounds} rounds: ${before.commit.slice(0, 10)}, then ${after.commit.slice(0, 10)}`,
  )
  for (const load of loads) falls += (await compare(before, after, load)) ? 1 : 0
} finally {
  for (const { server } of sides) await server.stop()
  for (const name of ['before', 'after'])
    Bun.spawnSync(['git', 'worktree', 'remove', '--force', join(place, name)], { cwd: root })
  rmSync(place, { recursive: true, force: true })
}
process.exit(falls > 0 ? 1 : 0)
