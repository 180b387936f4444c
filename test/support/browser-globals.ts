/**
 * What client SDKs expect of a browser and Bun does not have: XMLHttpRequest, here on `fetch`. Importing this
 * file makes it global.
 */
class XMLHttpRequestOnFetch extends EventTarget {
  static readonly DONE = 4
  readonly upload = new EventTarget()
  readyState = 0
  status = 0
  statusText = ''
  responseText = ''
  responseType = ''
  timeout = 0
  withCredentials = false
  onreadystatechange: (() => void) | null = null
  onload: (() => void) | null = null
  onerror: ((error: unknown) => void) | null = null
  ontimeout: (() => void) | null = null
  onabort: (() => void) | null = null
  private method = 'GET'
  private url = ''
  private headers: Record<string, string> = {}
  private answered = new Headers()

  get response(): unknown {
    return this.responseType === 'json' ? JSON.parse(this.responseText) : this.responseText
  }

  open(method: string, url: string): void {
    // Browsers do so; the SDK asks for "Post", too.
    this.method = method.toUpperCase()
    this.url = url
  }

  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value
  }

  getResponseHeader(name: string): string | null {
    return this.answered.get(name)
  }

  getAllResponseHeaders(): string {
    return [...this.answered].map(([name, value]) => `${name}: ${value}`).join('\r\n')
  }

  abort(): void {
    this.onabort?.()
  }

  send(body: BodyInit | null = null): void {
    const init = this.method === 'GET' || this.method === 'HEAD' ? {} : { body }
    fetch(this.url, { method: this.method, headers: this.headers, ...init }).then(
      async (response) => {
        this.answered = response.headers
        this.responseText = await response.text()
        this.status = response.status
        this.statusText = response.statusText
        this.readyState = 4
        this.onreadystatechange?.()
        this.onload?.()
        this.dispatchEvent(new Event('load'))
      },
      (error) => {
        this.readyState = 4
        this.onreadystatechange?.()
        this.onerror?.(error)
        this.dispatchEvent(new Event('error'))
      },
    )
  }
}

Object.assign(globalThis, {
  XMLHttpRequest: XMLHttpRequestOnFetch,
  window: globalThis,
  document: new EventTarget(),
})
