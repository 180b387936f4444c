/** What a file of an attachment begins with: the hash of who sent it, and the hash of its secret. */
const hashLength = 64
export const headLength = 2 * hashLength
/** In place of a hash: no user sent it, or no secret is needed. */
export const none = '-'.repeat(hashLength)

/** The SHA-256 of a text, as 64 hex digits. */
export const sha256 = (text: string): string => new Bun.CryptoHasher('sha256').update(text).digest('hex')

interface Head {
  sender: string
  secret: string
}

/** What work on a file came to; undefined where there is no such file. Any other failure stays one. */
export async function ifThere<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

/** Reads the head of a file; undefined where there is no such file, or it is too short to have one. */
export async function headOf(path: string): Promise<Head | undefined> {
  const text = await ifThere(Bun.file(path).slice(0, headLength).text())
  if (text === undefined || text.length < headLength) return undefined
  return { sender: text.slice(0, hashLength), secret: text.slice(hashLength) }
}

/** What stands in the head for who sent an attachment; undefined is the app itself. */
export const senderHash = (app: number, username: string | undefined): string =>
  username === undefined ? none : sha256(`${app}:${username}`)
