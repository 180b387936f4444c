import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { notFound } from '../../domain/failures.ts'
import { pathOf } from '../url.ts'
import { strict } from './headers.ts'
import { notBuilt } from './pages.ts'

interface ConsoleFile {
  bytes: Uint8Array<ArrayBuffer>
  /** Compressed, where that makes it smaller. */
  zipped: Uint8Array<ArrayBuffer> | undefined
  headers: Record<string, string>
}

/** By their paths below `/console/`. */
type Files = ReadonlyMap<string, ConsoleFile>

/** In a checkout. A built executable has the files in itself, in one that `npm run build` makes. */
const built = join(import.meta.dir, '../../../console/dist')

const packed = (): Blob | undefined =>
  (Bun.embeddedFiles as (Blob & { name?: string })[]).find(({ name }) => name?.endsWith('.consolepack'))

/** The bundler names these by a hash of what is in them. */
const isHashed = (path: string): boolean => path.startsWith('assets/')

function toFile(path: string, bytes: Uint8Array<ArrayBuffer>): ConsoleFile {
  const zipped = Bun.gzipSync(bytes)
  const tag = new Bun.CryptoHasher('sha256').update(bytes).digest('base64url').slice(0, 22)
  return {
    bytes,
    zipped: zipped.length < bytes.length * 0.9 ? zipped : undefined,
    headers: {
      ...strict,
      'content-type': Bun.file(path).type,
      'cache-control': isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: `"${tag}"`,
      vary: 'accept-encoding',
    },
  }
}

async function unpack(pack: Blob): Promise<Files> {
  const texts: Record<string, string> = await pack.json()
  return new Map(
    Object.entries(texts).map(([path, text]) => [
      path,
      toFile(path, new Uint8Array(Buffer.from(text, 'base64'))),
    ]),
  )
}

function readBuilt(): Files {
  const names = readdirSync(built, { recursive: true, withFileTypes: true })
  return new Map(
    names
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name)
        const path = file.slice(built.length + 1).replaceAll('\\', '/')
        return [path, toFile(path, new Uint8Array(readFileSync(file)))]
      }),
  )
}

/** The files of the console; read again where a checkout has built them anew. Undefined where they were not built. */
function consoleFiles() {
  const pack = packed()
  let files: Files | undefined
  let builtMs: number | undefined
  return async (): Promise<Files | undefined> => {
    if (pack) {
      files ??= await unpack(pack)
      return files
    }
    const ms = statSync(join(built, 'index.html'), { throwIfNoEntry: false })?.mtimeMs
    if (ms !== builtMs) files = ms === undefined ? undefined : readBuilt()
    builtMs = ms
    return files
  }
}

/** Serves the console: its files, and its page for whatever other path, which the page itself reads. */
export function serveConsole(): (request: Request) => Promise<Response> {
  const find = consoleFiles()
  return async (request) => {
    const files = await find()
    const page = files?.get('index.html')
    if (!files || !page) return notBuilt()
    const path = pathOf(request.url).replace(/^\/console\/?/, '')
    const file = files.get(path) ?? (isHashed(path) ? undefined : page)
    if (!file) throw notFound()
    const { bytes, zipped, headers } = file
    if (request.headers.get('if-none-match')?.includes(headers.etag ?? ''))
      return new Response(null, { status: 304, headers })
    if (zipped && /\bgzip\b/.test(request.headers.get('accept-encoding') ?? ''))
      return new Response(zipped, { headers: { ...headers, 'content-encoding': 'gzip' } })
    return new Response(bytes, { headers })
  }
}
