/** Collects the texts of the console into its catalogs; `--check` fails where they are not collected, or not translated. */
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const program = resolve(import.meta.dirname, '../console')
const catalogs = join(program, 'src/locales')
const names = ['en.po', 'zh-CN.po']

const read = () => Promise.all(names.map((name) => readFile(join(catalogs, name), 'utf8')))

function collect(): void {
  const { exitCode, stderr } = Bun.spawnSync(['bun', '--bun', 'lingui', 'extract', '--clean'], {
    cwd: program,
  })
  if (exitCode !== 0) throw new Error(stderr.toString())
}

if (process.argv.includes('--check')) {
  const before = await read()
  const kept = await mkdtemp(join(tmpdir(), 'texts-'))
  await cp(catalogs, kept, { recursive: true })
  collect()
  const after = await read()
  await cp(kept, catalogs, { recursive: true })
  await rm(kept, { recursive: true })
  const stale = names.filter((_, place) => before[place] !== after[place])
  if (stale.length > 0)
    throw new Error(`${stale.join(', ')}: run npm run texts:console, and translate what is new`)
} else collect()
