import { cpSync, mkdirSync, statSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { Glob } from 'bun'
import { aBookworm, type Root } from './bookworm.ts'
import type { Instruction } from './dockerfile.ts'

/** What `node:22-bookworm-slim` has beside Debian. */
function addNode(root: Root, image: string): void {
  const [, major] = /^node:(\d+)-bookworm-slim\b/.exec(image) ?? []
  if (!major) throw new Error(`${image} is not the image that this stands in for`)
  const at = join(root.dir, 'opt/node')
  mkdirSync(at, { recursive: true })
  const packages = [`node-linux-${process.arch}@${major}`, 'npm@10']
  const made = Bun.spawnSync(['npm', 'install', '--no-save', '--prefix', at, ...packages], { stderr: 'pipe' })
  if (!made.success) throw new Error(`npm: ${made.stderr}`)
  const found = { node: `node-linux-${process.arch}/bin/node`, npm: 'npm/bin/npm-cli.js' }
  for (const [name, path] of Object.entries(found))
    symlinkSync(`/opt/node/node_modules/${path}`, join(root.dir, 'usr/local/bin', name))
}

/** As COPY does: a folder by what is in it, several into a folder. */
function copy(rest: string, context: string, into: (path: string) => string): void {
  const parts = rest.trim().split(/\s+/)
  const to = parts.pop() ?? ''
  for (const from of parts) {
    const found = from === '.' ? ['.'] : [...new Glob(from).scanSync({ cwd: context, onlyFiles: false })]
    if (found.length === 0) throw new Error(`COPY ${rest}: the context has no ${from}`)
    for (const path of found) {
      const isFile = statSync(join(context, path)).isFile()
      cpSync(join(context, path), into(isFile && to.endsWith('/') ? join(to, basename(path)) : to), {
        recursive: true,
      })
    }
  }
}

/** Carries out a stage that builds, line by line, in a Debian of its own. */
export function runStage(stage: Instruction[], context: string): Root {
  // This machine's authorities, where registries are reached through a proxy that has one of its own.
  const env: Record<string, string> = { NODE_EXTRA_CA_CERTS: '/etc/ssl/certs/ca-certificates.crt' }
  const root = aBookworm(env)
  let dir = '/'
  for (const { word, rest } of stage) {
    if (word === 'FROM') addNode(root, rest)
    else if (word === 'WORKDIR') {
      dir = rest
      mkdirSync(join(root.dir, dir), { recursive: true })
    } else if (word === 'ARG') Object.assign(env, Object.fromEntries([rest.split('=')]))
    else if (word === 'COPY') copy(rest, context, (path) => join(root.dir, dir, path))
    else if (word === 'RUN') {
      const { code, said } = root.run('sh', '-c', `cd ${dir} && ${rest}`)
      if (code !== 0) throw new Error(`RUN ${rest}: ${said}`)
    } else throw new Error(`${word} was not carried out`)
  }
  return root
}
