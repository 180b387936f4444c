/** Builds the guide of `docs/` into `guide/dist`, where what it is made of has changed; `--force` builds it anyway. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assemble, assembled } from './assemble.ts'

const guide = import.meta.dirname
const dist = join(guide, 'dist')
const stamp = join(guide, '.built')

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .sort()

/** What the guide is made of. */
function hashOfSources(): string {
  const hash = createHash('sha256')
  const own = ['.vitepress', '.'].flatMap((folder) =>
    readdirSync(join(guide, folder), { withFileTypes: true, recursive: folder !== '.' })
      .filter((each) => each.isFile() && !each.name.startsWith('.'))
      .map(({ parentPath, name }) => join(parentPath, name)),
  )
  for (const file of [...own.sort(), ...filesBelow(assembled)]) hash.update(file).update(readFileSync(file))
  return hash.digest('hex')
}

/** Moves scripts that stand in pages into files of their own: the Content-Security-Policy allows files alone. */
function withoutInlineScripts(): void {
  for (const page of filesBelow(dist).filter((file) => file.endsWith('.html'))) {
    const html = readFileSync(page, 'utf8').replace(
      /<script( id="[^"]*")?>(.*?)<\/script>/gs,
      (_, _id, script) => {
        const name = `assets/inline.${createHash('sha256').update(script).digest('hex').slice(0, 8)}.js`
        writeFileSync(join(dist, name), script)
        return `<script src="/docs/guide/${name}"></script>`
      },
    )
    writeFileSync(page, html)
  }
}

assemble()
const hash = hashOfSources()
const isFresh =
  existsSync(join(dist, 'index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash
if (!isFresh || process.argv.includes('--force')) {
  rmSync(stamp, { force: true })
  const { build } = await import('vitepress')
  await build(guide)
  withoutInlineScripts()
  rmSync(join(dist, 'hashmap.json'), { force: true })
  writeFileSync(stamp, hash)
}
