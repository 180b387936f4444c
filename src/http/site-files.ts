import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'

interface SiteFile {
  bytes: Uint8Array<ArrayBuffer>
  /** Whether it is compressed: what nearly every browser takes. */
  isZipped: boolean
  headers: Record<string, string>
}

/** By their paths below the site; each is read when it is asked for the first time. */
type SiteFiles = ReadonlyMap<string, () => SiteFile>

/** A site that is built into a folder of the checkout. `npm run build` puts all of them into one file of the executable. */
interface Site {
  /** The folder, and the beginning of its paths in the executable. */
  folder: 'console/dist' | 'guide/dist'
  headers: Readonly<Record<string, string>>
}

/** Each file of the executable by its path, in Base64; what gzip makes smaller is compressed. */
type Pack = Record<string, { text: string; isZipped: boolean }>

const root = join(import.meta.dir, '../..')

const packed = (): Blob | undefined =>
  (Bun.embeddedFiles as (Blob & { name?: string })[]).find(({ name }) => name?.endsWith('.sitespack'))

/** The bundler names these by a hash of what is in them. */
export const isHashed = (path: string): boolean => path.startsWith('assets/')

function toFile(site: Site, path: string, bytes: Uint8Array<ArrayBuffer>, isZipped: boolean): SiteFile {
  const tag = new Bun.CryptoHasher('sha256').update(bytes).digest('base64url').slice(0, 22)
  return {
    bytes,
    isZipped,
    headers: {
      ...site.headers,
      'content-type': Bun.file(path).type,
      'cache-control': isHashed(path) ? 'public, max-age=31536000, immutable' : 'no-cache',
      etag: `"${tag}"`,
      vary: 'accept-encoding',
    },
  }
}

/** Compresses a file where that makes it smaller. */
function compressed(bytes: Uint8Array<ArrayBuffer>): Pick<SiteFile, 'bytes' | 'isZipped'> {
  const zipped = Bun.gzipSync(bytes)
  return zipped.length < bytes.length * 0.9 ? { bytes: zipped, isZipped: true } : { bytes, isZipped: false }
}

function once(make: () => SiteFile): () => SiteFile {
  let file: SiteFile | undefined
  return () => {
    file ??= make()
    return file
  }
}

async function unpack(pack: Blob, site: Site): Promise<SiteFiles> {
  const own = Object.entries((await pack.json()) as Pack).filter(([path]) =>
    path.startsWith(`${site.folder}/`),
  )
  return new Map(
    own.map(([path, { text, isZipped }]) => {
      const name = path.slice(site.folder.length + 1)
      return [name, once(() => toFile(site, name, new Uint8Array(Buffer.from(text, 'base64')), isZipped))]
    }),
  )
}

function readBuilt(site: Site): SiteFiles {
  const built = join(root, site.folder)
  const names = readdirSync(built, { recursive: true, withFileTypes: true })
  return new Map(
    names
      .filter((each) => each.isFile())
      .map(({ parentPath, name }) => {
        const file = join(parentPath, name)
        const path = file.slice(built.length + 1).replaceAll('\\', '/')
        const read = () => {
          const { bytes, isZipped } = compressed(new Uint8Array(readFileSync(file)))
          return toFile(site, path, bytes, isZipped)
        }
        return [path, once(read)]
      }),
  )
}

/** The files of a site; read again where a checkout has built them anew. Undefined where they were not built. */
export function siteFiles(site: Site) {
  const pack = packed()
  let files: SiteFiles | undefined
  let builtMs: number | undefined
  return async (): Promise<SiteFiles | undefined> => {
    if (pack) {
      files ??= await unpack(pack, site)
      return files.size === 0 ? undefined : files
    }
    const ms = statSync(join(root, site.folder, 'index.html'), { throwIfNoEntry: false })?.mtimeMs
    if (ms !== builtMs) files = ms === undefined ? undefined : readBuilt(site)
    builtMs = ms
    return files
  }
}

/** Responds with a file, in the form that the caller takes. */
export function respondWith(
  request: Request,
  { bytes, isZipped, headers }: SiteFile,
  status = 200,
): Response {
  if (request.headers.get('if-none-match')?.includes(headers.etag ?? ''))
    return new Response(null, { status: 304, headers })
  if (!isZipped) return new Response(bytes, { status, headers })
  if (/\bgzip\b/.test(request.headers.get('accept-encoding') ?? ''))
    return new Response(bytes, { status, headers: { ...headers, 'content-encoding': 'gzip' } })
  return new Response(Bun.gunzipSync(bytes), { status, headers })
}
