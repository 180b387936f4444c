/**
 * Builds the server as one executable: `npm run build`. The console, where it was built, goes in as one file; the names of its
 * parts are known only then, so that no import can name them.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'

const built = join(import.meta.dir, '../console/dist')

/** Writes the files of the console into one, by their paths. */
function pack(file: string): void {
  const names = existsSync(join(built, 'index.html'))
    ? readdirSync(built, { recursive: true, withFileTypes: true }).filter((each) => each.isFile())
    : []
  const paths = names.map(({ parentPath, name }) => join(parentPath, name))
  const texts = paths.map((path) => [
    relative(built, path).replaceAll('\\', '/'),
    readFileSync(path).toString('base64'),
  ])
  writeFileSync(file, JSON.stringify(Object.fromEntries(texts)))
  if (paths.length === 0) console.error('the console was not built: "npm run build:console" builds it')
}

/** The commit that is built; none outside a repository. */
function commit(): string {
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
    const packed = join(dir, 'console.consolepack')
    pack(packed)
    const entries = ['src/main.ts', 'src/engine/writer-thread.ts', 'src/engine/history-thread.ts', packed]
    const naming = ['--root', '.', '--entry-naming', '[name].[ext]', '--loader', '.consolepack:file']
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
