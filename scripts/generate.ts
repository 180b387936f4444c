/**
 * Writes what comes from other files: `npm run generate`. With `--check` it writes nothing, and fails when a
 * committed file differs from what would be written.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { documents } from './documents.ts'
import { protocol } from './protocol.ts'

/** Every generated file, and what makes its text. */
const files: Record<string, () => string> = {
  ...documents,
  'src/realtime/generated/protocol.ts': protocol,
}

const stale: string[] = []
for (const [path, make] of Object.entries(files)) {
  const text = make()
  if (existsSync(path) && text === readFileSync(path, 'utf8')) continue
  stale.push(path)
  if (!process.argv.includes('--check')) writeFileSync(path, text)
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`not up to date: ${stale.join(', ')}; "npm run generate" writes them anew`)
  process.exit(1)
}
