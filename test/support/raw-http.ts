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
  /** Resolves with what came, once it holds this text, or is enough, or the connection was closed. */
  came(wanted: string | ((got: string) => boolean)): Promise<string>
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
  const came: OpenConnection['came'] = (wanted) =>
    new Promise<string>((resolve) => {
      const look = () => {
        if (!(typeof wanted === 'string' ? got.includes(wanted) : wanted(got))) return
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
export async function rawRequest(url: string, bytes: string): Promise<RawResponse> {
  const { socket, came } = openConnection(url)
  socket.write(bytes, 'latin1')
  const got = await came((text) => read(text) !== undefined)
  socket.destroy()
  return read(got) ?? { status: 0, headers: {}, text: got }
}

/** The head of a request, with a host. */
export const headOf = (line: string, ...headers: string[]): string =>
  [`${line} HTTP/1.1`, 'Host: localhost', ...headers, '', ''].join('\r\n')
