/**
 * The platform that the uniApp build of the SDK expects, on the browser's fetch and WebSocket: the calls and the
 * shapes of uni-app's own `uni`.
 */
interface Callbacks<Result> {
  success?(result: Result): void
  fail?(problem: { errMsg: string }): void
  complete?(): void
}

interface RequestOptions extends Callbacks<{ data: unknown; statusCode: number; header: object }> {
  url: string
  method?: string
  header?: Record<string, string>
  data?: unknown
}

async function request({
  url,
  method = 'GET',
  header = {},
  data,
  ...callbacks
}: RequestOptions): Promise<void> {
  const body = data === undefined || data === null ? {} : { body: bodyOf(data) }
  try {
    const response = await fetch(url, { method, headers: header, ...body })
    const text = await response.text()
    const header_ = Object.fromEntries(response.headers)
    callbacks.success?.({ data: parsed(text), statusCode: response.status, header: header_ })
  } catch (error) {
    callbacks.fail?.({ errMsg: `request:fail ${error}` })
  }
  callbacks.complete?.()
}

const bodyOf = (data: unknown): string => (typeof data === 'string' ? data : JSON.stringify(data))

/** Responses are given as JSON where they are JSON, else as text. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** A `SocketTask`. */
class SocketTask {
  private readonly socket: WebSocket

  constructor(url: string) {
    this.socket = new WebSocket(url)
    this.socket.binaryType = 'arraybuffer'
  }

  get readyState(): number {
    return this.socket.readyState
  }

  send({ data, ...callbacks }: { data: string | ArrayBuffer } & Callbacks<object>): void {
    if (this.socket.readyState !== WebSocket.OPEN) {
      callbacks.fail?.({ errMsg: 'SocketTast.send:fail SocketTask.readyState is not OPEN' })
      return
    }
    this.socket.send(data)
    callbacks.success?.({})
  }

  close({ code, reason }: { code?: number; reason?: string } = {}): void {
    this.socket.close(code, reason)
  }

  onOpen(handler: (event: object) => void): void {
    this.socket.onopen = () => handler({})
  }

  onMessage(handler: (event: { data: unknown }) => void): void {
    this.socket.onmessage = ({ data }) => handler({ data })
  }

  onClose(handler: (event: { code: number; reason: string }) => void): void {
    this.socket.onclose = ({ code, reason }) => handler({ code, reason })
  }

  onError(handler: (event: { errMsg: string }) => void): void {
    this.socket.onerror = () => handler({ errMsg: 'connectSocket:fail' })
  }
}

const storage = new Map<string, unknown>()

const uni = {
  canIUse: () => false,
  getSystemInfo: ({ success }: Callbacks<object>) => success?.({ platform: 'devtools' }),
  getNetworkType: ({ success }: Callbacks<object>) => success?.({ networkType: 'wifi' }),
  getStorageSync: (key: string) => storage.get(key) ?? '',
  setStorage({ key, data, success }: { key: string; data: unknown } & Callbacks<object>) {
    storage.set(key, data)
    success?.({})
  },
  request,
  connectSocket: ({ url }: { url: string }) => new SocketTask(url),
}

Object.assign(globalThis, { uni })
