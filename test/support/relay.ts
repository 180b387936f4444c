import { connect, createServer, type Socket } from 'node:net'

/** A way to a TCP server that can be cut. */
export interface Relay {
  port: number
  /**
   * Cuts the next connection that carries `text` after `marker`, once it was passed on (`after`) or instead of passing it
   * on (`before`); resolves when that has happened.
   */
  cutAt(text: string, when: 'before' | 'after', marker: string): Promise<void>
  /** Cuts all connections that there are; new ones are taken. */
  cutAll(): void
  close(): void
}

/** Starts a relay to a port of this machine, on a free port. */
export async function startRelay(to: number): Promise<Relay> {
  let watch: { text: string; when: 'before' | 'after'; marker: string; done(): void } | undefined
  const sockets = new Set<Socket>()

  const server = createServer((client) => {
    const upstream = connect(to, '127.0.0.1')
    const both = [client, upstream]
    for (const socket of both) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        for (const each of both) each.destroy()
      })
    }
    let cut = false
    let marked = false
    upstream.on('data', (data: Buffer) => {
      if (!cut) client.write(data)
      // The server has done it: its response is what gets lost.
      else client.destroy()
    })
    client.on('data', (data: Buffer) => {
      const { text, when, marker, done } = watch ?? {}
      marked ||= marker !== undefined && data.includes(marker)
      if (text === undefined || !marked || !data.includes(text)) return upstream.write(data)
      watch = undefined
      cut = true
      if (when === 'after') upstream.write(data)
      else client.destroy()
      done?.()
    })
  })
  function cutAll(): void {
    for (const socket of sockets) socket.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    cutAt: (text, when, marker) => new Promise((done) => (watch = { text, when, marker, done })),
    cutAll,
    close() {
      cutAll()
      server.close()
    },
  }
}
