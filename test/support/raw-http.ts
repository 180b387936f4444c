import { connect, type Socket } from 'node:net'

/** A response as it came over the wire. */
export interface RawResponse {
  status: number
  /** By lower-case name. */
  headers: Record<string, string>
  text: string
}

/** Takes the first response of what came apart; undefined until its head is whole. */
function read(came: string): RawResponse | undefined {
  const end = came.indexOf('\r\n\r\n')
  if (end < 0) return undefined
  const [top = '', ...lines] = came.slice(0, end).split('\r\n')
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.slice(line.indexOf(':') + 1).trim(),
    ]),
  )
  const text = came.slice(end + 4)
  const isWhole = text.length >= Number(headers['content-length'] ?? 0)
  return isWhole ? { status: Number(top.split(' ')[1]), headers, text } : undefined
}

/** A connection on which a test writes whatever it wants. */
export interface OpenConnection {
  socket: Socket
  /** All that came until the connection was closed. */
  closed: Promise<string>
  /** Resolves with what came, once it holds this or the connection was closed. */
  came(text: string): Promise<string>
}

export function openConnection(url: string): OpenConnection {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let got = ''
  const looks = new Set<() => void>()
  socket.on('data', (bytes) => {
    got += bytes.toString('latin1')
    for (const look of looks) look()
  })
  socket.on('error', () => undefined)
  const closed = new Promise<string>((resolve) => socket.on('close', () => resolve(got)))
  const came = (text: string) =>
    new Promise<string>((resolve) => {
      const look = () => {
        if (!got.includes(text)) return
        looks.delete(look)
        resolve(got)
      }
      looks.add(look)
      look()
      void closed.then(resolve)
    })
  return { socket, closed, came }
}

/** Sends bytes as they are on a connection of its own, and returns the first response; status 0 when there is none. */
export function rawRequest(url: string, bytes: string): Promise<RawResponse> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let came = ''
    const socket = connect(Number(port), hostname, () => socket.write(bytes, 'latin1'))
    socket.on('data', (part: Buffer) => {
      came += part.toString('latin1')
      const response = read(came)
      if (!response) return
      resolve(response)
      socket.destroy()
    })
    socket.on('close', () => resolve({ status: 0, headers: {}, text: came }))
    socket.on('error', reject)
  })
}

/** The head of a request, with a host. */
export const headOf = (line: string, ...headers: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
