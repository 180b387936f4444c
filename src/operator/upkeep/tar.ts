import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'

const block = 512

/** A size as an old field holds it, in octal; beyond 8 GiB in binary, as every tar reads it. */
function writeSize(header: Buffer, size: number): void {
  if (size < 8 ** 11) header.write(size.toString(8).padStart(11, '0'), 124, 'latin1')
  else {
    header[124] = 0x80
    header.writeBigUInt64BE(BigInt(size), 128)
  }
}

/** The header of a file [POSIX ustar]. */
function headerOf(name: string, size: number, changedMs: number): Buffer {
  const header = Buffer.alloc(block)
  if (Buffer.byteLength(name) > 100) throw new Error(`the name is too long for an archive: ${name}`)
  header.write(name, 0)
  header.write('0000600\0' + '0000000\0' + '0000000\0', 100, 'latin1')
  writeSize(header, size)
  header.write(`${Math.floor(changedMs / 1000).toString(8)}\0`, 136, 'latin1')
  header.write('        0', 148, 'latin1')
  header.write('ustar\0' + '00', 257, 'latin1')
  const sum = header.reduce((all, byte) => all + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** All files below a directory as one archive, read piece by piece as it is asked for. */
export async function* tarOf(dir: string): AsyncGenerator<Uint8Array> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { size, mtimeMs } = await stat(path)
    yield headerOf(relative(dir, path), size, mtimeMs)
    yield* createReadStream(path) as AsyncIterable<Uint8Array>
    yield Buffer.alloc((block - (size % block)) % block)
  }
  yield Buffer.alloc(2 * block)
}
