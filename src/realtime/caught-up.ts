import type { WebSocketHandler } from 'bun'
import type { Connection } from './session.ts'

/**
 * The same sockets, each frame after what other threads have written and answered before it came, and after the frames of its
 * client that came before: a later one may find that there is nothing to wait for any more.
 */
export function framesAfterCatchingUp(
  websocket: WebSocketHandler<Connection>,
  catchUp: () => undefined | Promise<void>,
): WebSocketHandler<Connection> {
  return {
    ...websocket,
    message(socket, bytes) {
      const { data: connection } = socket
      const waiting = connection.behind ? connection.behind.then(catchUp) : catchUp()
      if (!waiting) return websocket.message?.(socket, bytes)
      const mine = waiting.then(() => {
        if (connection.behind === mine) connection.behind = undefined
        if (connection.stage !== 'closed') websocket.message?.(socket, bytes)
      })
      connection.behind = mine
    },
  }
}
