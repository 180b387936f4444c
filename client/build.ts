/** Builds the client into `client/dist`; `--types` writes only the types of the API, which the source needs. */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { ofAnApp } from './description.ts'

const description = resolve(import.meta.dirname, '../docs/openapi.json')
const types = resolve(import.meta.dirname, 'src/schema.ts')

/** An installation for production leaves it out, and needs no types. */
function hasGenerator(): boolean {
  try {
    return Bun.resolveSync('openapi-typescript', import.meta.dirname) !== ''
  } catch {
    return false
  }
}

const changed = (file: string): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0

const isStale =
  changed(types) <= Math.max(changed(description), changed(join(import.meta.dirname, 'description.ts')))
if (isStale && hasGenerator()) {
  const { default: typesOf, astToString } = await import('openapi-typescript')
  const ofApp = ofAnApp(JSON.parse(readFileSync(description, 'utf8')))
  const text = astToString(await typesOf(JSON.stringify(ofApp)))
  writeFileSync(types, `// Made of docs/openapi.json by openapi-typescript.\n${text}`)
}
if (!process.argv.includes('--types')) {
  rmSync(join(import.meta.dirname, 'dist'), { recursive: true, force: true })
  const compiler = Bun.resolveSync('typescript/bin/tsc', import.meta.dirname)
  // `npm test` checks the types; here they are only written.
  const { exitCode } = Bun.spawnSync([process.execPath, compiler, '-p', '.', '--noCheck'], {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  process.exit(exitCode)
}
