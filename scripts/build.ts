/**
 * Builds the server as one executable: `npm run build`. Console and guide, where they were built, go in as one file; the names of
 * their parts are known only then, so that no import can name them.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const root = join(import.meta.dir, '..')

interface PackedFile {
  text: string
  isZipped: boolean
}

/** As `src/http/site-files.ts` reads it: Base64, of what gzip makes smaller compressed. */
function packedFile(file: string): PackedFile {
  const bytes = readFileSync(file)
  const zipped = Buffer.from(Bun.gzipSync(bytes))
  const isZipped = zipped.length < bytes.length * 0.9
  return { text: (isZipped ? zipped : bytes).toString('base64'), isZipped }
}

/** The files of one of them, by their paths. */
function filesOf(site: 'console' | 'guide'): [string, PackedFile][] {
  const folder = join(root, site, 'dist')
  if (!existsSync(join(folder, 'index.html'))) {
    console.error(`the ${site} was not built: "npm run build:${site}" builds it`)
    return []
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
    .map((path) => [relative(root, path).replaceAll('\\', '/'), packedFile(path)])
}

/** Writes the files of console and guide into one, by their paths. */
function pack(file: string): void {
  writeFileSync(file, JSON.stringify(Object.fromEntries([...filesOf('console'), ...filesOf('guide')])))
}

/** The commit that is built: who builds without a repository, or without git, can name it. */
function commit(): string {
  if (process.env.BUILD_COMMIT) return process.env.BUILD_COMMIT
  if (!Bun.which('git')) return 'unknown'
  const { stdout, success } = Bun.spawnSync(['git', 'describe', '--always', '--dirty', '--exclude=*'], {
    cwd: import.meta.dir,
    stderr: 'ignore',
  })
  return success ? stdout.toString().trim() : 'unknown'
}

/** Builds the executable for a platform (`linux-arm64`), or for this one. */
export function build(outfile: string, platform?: string): void {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-build-'))
  try {
    const packed = join(dir, 'sites.sitespack')
    pack(packed)
    const threads = ['src/server/thread.ts', 'src/engine/writer-thread.ts', 'src/engine/history-thread.ts']
    const entries = ['src/main.ts', ...threads, packed]
    const naming = ['--root', '.', '--entry-naming', '[name].[ext]', '--loader', '.sitespack:file']
    const target = platform === undefined ? [] : [`--target=bun-${platform}`]
    const defined = ['--define', `BUILD_COMMIT=${JSON.stringify(commit())}`]
    const { success } = Bun.spawnSync(
      [
        process.execPath,
        'build',
        '--compile',
        ...target,
        ...defined,
        ...entries,
        ...naming,
        '--outfile',
        outfile,
      ],
      { stdio: ['ignore', 'inherit', 'inherit'] },
    )
    if (!success) throw new Error(`building ${outfile} failed`)
  } finally {
    rmSync(dir, { recursive: true })
  }
}

if (import.meta.main) build(process.argv[2] ?? 'dist/chatroomd')
