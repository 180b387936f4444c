import type { Config } from '../../config.ts'
import { checkStoreThere, withAdmin } from '../admin.ts'
import { json, say, table } from '../print.ts'
import { examine, type Result } from './examine.ts'

const leftOf = ({ found, mended }: Result): number => found - mended

/** Stores the results for the metrics. That this fails is only printed: the findings matter more. */
async function record(config: Config, results: Result[]): Promise<void> {
  const findings = Object.fromEntries(results.map((result) => [result.check, leftOf(result)]))
  await withAdmin(config, (admin) => admin.recordDoctorRun({ atMs: Date.now(), findings })).catch((error) =>
    process.stderr.write(`The findings could not be stored for the metrics: ${error.message}\n`),
  )
}

function show(results: Result[], left: number): void {
  table(
    ['check', 'found', 'mended'],
    results.map(({ check, found, mended }) => ({ check, found, mended })),
  )
  for (const { check, meaning, found, examples } of results) {
    if (found === 0) continue
    say(`\n${check}: ${meaning.en}`)
    for (const key of examples) say(`  ${key.map((part) => JSON.stringify(part)).join(' ')}`)
    if (found > examples.length) say(`  and ${found - examples.length} more`)
  }
  say(left === 0 ? '\nThe store is sound.' : `\n${left} left. "chatroomd doctor --repair" mends what can be.`)
}

/** Checks the configured store, and mends it where `repair` is set; returns whether it is sound then. */
export async function doctor(config: Config, given: { repair?: boolean; json?: boolean }): Promise<boolean> {
  await checkStoreThere(config)
  const results = given.repair
    ? await withAdmin(config, (admin) => examine(config, admin))
    : await examine(config)
  const left = results.reduce((sum, result) => sum + leftOf(result), 0)
  if (results.length > 1) await record(config, results)
  if (given.json) json({ sound: left === 0, left, checks: results })
  else show(results, left)
  return left === 0
}
