/** Builds the console into `console/dist`; `--types` writes only the types of the API, which the source needs. */
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { serverLicenses } from './licenses.ts'

const description = resolve(import.meta.dirname, '../docs/openapi.json')
const types = resolve(import.meta.dirname, 'src/api/schema.d.ts')

const changed = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

async function writeTypes(): Promise<void> {
  if (changed(types) > changed(description)) return
  const { default: typesOf, astToString } = await import('openapi-typescript')
  await Bun.write(types, astToString(await typesOf(await Bun.file(description).json())))
}

await writeTypes()
if (!process.argv.includes('--types')) {
  const { build } = await import('vite')
  await build({ configFile: resolve(import.meta.dirname, 'vite.config.ts'), logLevel: 'warn' })
  const licenses = resolve(import.meta.dirname, 'dist/licenses.md')
  const ofConsole = await Bun.file(licenses).text()
  await Bun.write(licenses, `${serverLicenses(resolve(import.meta.dirname, '..'))}\n${ofConsole}`)
}
