import { cpSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'

/** A line of a Dockerfile: `COPY --from=build /src /data`. */
export interface Instruction {
  word: string
  flags: Record<string, string>
  rest: string
}

const instructionsOf = (text: string): Instruction[] =>
  text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .map((line) => {
      const [, word = '', flags = '', rest = ''] = /^(\w+)\s+((?:--\S+\s+)*)(.*)$/.exec(line) ?? []
      return {
        word,
        flags: Object.fromEntries(
          [...flags.matchAll(/--([\w-]+)=(\S+)/g)].map(([, name, value]) => [name, value]),
        ),
        rest,
      }
    })

/** The stages of a build, each from its FROM on. */
export function stagesOf(instructions: Instruction[]): Instruction[][] {
  const stages: Instruction[][] = []
  for (const each of instructions) {
    if (each.word === 'FROM') stages.push([])
    stages.at(-1)?.push(each)
  }
  return stages
}

/** Whether a build sees a file of the project: the last rule that fits it, or a folder that it lies in, counts. */
export function isInContext(ignored: string, path: string): boolean {
  const parts = path.split('/')
  const paths = parts.map((_, n) => parts.slice(0, n + 1).join('/'))
  let isIgnored = false
  for (const rule of ignored.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
    const glob = new Glob(rule.replace(/^!/, ''))
    if (paths.some((each) => glob.match(each))) isIgnored = !rule.startsWith('!')
  }
  return !isIgnored
}

/** Copies the context of a build; what no build sees anyway is not even looked at. */
export function copyContext(root: string, ignored: string, to: string): void {
  const copy = (folder: string): void => {
    for (const each of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = join(folder, each.name)
      if (each.name === 'node_modules' || each.name === '.git') continue
      if (each.isDirectory()) copy(path)
      else if (isInContext(ignored, path)) cpSync(join(root, path), join(to, path))
    }
  }
  copy('')
}

export const readDockerfile = (file: string) => ({
  instructions: instructionsOf(readFileSync(file, 'utf8')),
  ignored: readFileSync(`${file}.dockerignore`, 'utf8'),
})
