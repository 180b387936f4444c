/**
 * The platform that the uniApp build of the SDK expects, on the browser's fetch and WebSocket: the calls and the
 * shapes of uni-app's own `uni`.
 */
interface Told<Result> {
  success?(result: Result): void
  fail?(problem: { errMsg: string }): void
  complete?(): void
}

interface RequestOptions extends Told<{ data: unknown; statusCode: number; header: object }> {
  url: string
  method?: string
  header?: Record<string, string>
  data?: unknown
}

async function request({ url, method = 'GET', header = {}, data, ...told }: RequestOptions): Promise<void> {
  const body = data === undefined || data === null ? {} : { body: bodyOf(data) }
  try {
    const response = await fetch(url, { method, headers: header, ...body })
    const text = await response.text()
    const header_ = Object.fromEntries(response.headers)
    told.success?.({ data: parsed(text), statusCode: response.status, header: header_ })
  } catch (error) {
    told.fail?.({ errMsg: `request:fail ${error}` })
  }
  told.complete?.()
}

const bodyOf = (data: unknown): string => (typeof data === 'string' ? data : JSON.stringify(data))

/** Answers are given as JSON where they are JSON, else as text. */
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

  send({ data, ...told }: { data: string | ArrayBuffer } & Told<object>): void {
    if (this.socket.readyState !== WebSocket.OPEN) {
      told.fail?.({ errMsg: 'SocketTast.send:fail SocketTask.readyState is not OPEN' })
      return
    }
    this.socket.send(data)
    told.success?.({})
  }

  close({ code, reason }: { code?: number; reason?: string } = {}): void {
    this.socket.close(code, reason)
  }

  onOpen(heard: (event: object) => void): void {
    this.socket.onopen = () => heard({})
  }

  onMessage(heard: (event: { data: unknown }) => void): void {
    this.socket.onmessage = ({ data }) => heard({ data })
  }

  onClose(heard: (event: { code: number; reason: string }) => void): void {
    this.socket.onclose = ({ code, reason }) => heard({ code, reason })
  }

  onError(heard: (event: { errMsg: string }) => void): void {
    this.socket.onerror = () => heard({ errMsg: 'connectSocket:fail' })
  }
}

const storage = new Map<string, unknown>()

const uni = {
  canIUse: () => false,
  getSystemInfo: ({ success }: Told<object>) => success?.({ platform: 'devtools' }),
  getNetworkType: ({ success }: Told<object>) => success?.({ networkType: 'wifi' }),
  getStorageSync: (key: string) => storage.get(key) ?? '',
  setStorage({ key, data, success }: { key: string; data: unknown } & Told<object>) {
    storage.set(key, data)
    success?.({})
  },
  request,
  connectSocket: ({ url }: { url: string }) => new SocketTask(url),
}

Object.assign(globalThis, { uni })
