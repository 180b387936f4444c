import type { WebSocketHandler } from 'bun'
import type { Connection } from './session.ts'

/** The same sockets, each frame after what other threads have written and answered before it came. */
export function framesAfterCatchingUp(
  websocket: WebSocketHandler<Connection>,
  catchUp: () => undefined | Promise<void>,
): WebSocketHandler<Connection> {
  return {
    ...websocket,
    message(socket, bytes) {
      const waiting = catchUp()
      if (!waiting) return websocket.message?.(socket, bytes)
      return waiting.then(() => {
        if (socket.data.stage !== 'closed') return websocket.message?.(socket, bytes)
      })
    },
  }
}
