import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Package {
  name: string
  version: string
  license?: string
  dependencies?: Record<string, string>
}

const read = (folder: string): Package => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))

/** Where a dependency of what is in a folder is installed: there, or further up. */
function folderOf(name: string, from: string): string | undefined {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, 'node_modules', name)
    if (existsSync(join(folder, 'package.json'))) return folder
    if (at === dirname(at)) return undefined
  }
}

/** The folders of all that a package needs at run time, its own left out. */
function closure(folder: string, found = new Set<string>()): Set<string> {
  for (const name of Object.keys(read(folder).dependencies ?? {})) {
    const next = folderOf(name, folder)
    if (next === undefined || found.has(next)) continue
    found.add(next)
    closure(next, found)
  }
  return found
}

function textOf(folder: string): string {
  const file = readdirSync(folder).find((name) => /^(licen[cs]e|copying)(\.|$)/i.test(name))
  return file ? readFileSync(join(folder, file), 'utf8').trim() : ''
}

/** Licences of what the server runs with, beside those of the console that the build has collected. */
export function serverLicenses(root: string): string {
  const packages = [...closure(root)]
    .map((folder) => ({ ...read(folder), text: textOf(folder) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
  const parts = packages.map(
    ({ name, version, license = 'see its text', text }) =>
      `## ${name} - ${version} (${license})\n\n${text}\n`,
  )
  return `# Licenses of what the server runs with\n\n${parts.join('\n')}`
}
