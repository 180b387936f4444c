/** What becomes of a request instead of its response. */
const faults = ['fails', 'hangs', 'closes', 'limits', 'garbles'] as const
type Fault = (typeof faults)[number]

interface Having {
  /** Every so many requests have a fault, each kind in turn; never without it. */
  every?: number
  hangMs?: number
  /** Calls `reached` when so many requests for such a path have come. */
  at?: RegExp
  after?: number
  /** Does not answer the requests from there on. */
  hold?: boolean
  reached?(): void
}

export interface FaultyProxy {
  url: string
  /** What it does from now on; nothing but pass on, without arguments. Counts from 0 again. */
  have(having?: Having): void
  /** The faults that were met since, and how many requests came. */
  used(): Fault[]
  calls(): number
  stop(): void
}

/** A way to an HTTP server on which requests come to grief. */
export function startFaultyProxy(to: string): FaultyProxy {
  let having: Having = {}
  let [calls, met, matched] = [0, 0, 0]
  const used = new Set<Fault>()

  async function refuse(fault: Fault, hangMs: number): Promise<Response> {
    used.add(fault)
    if (fault === 'hangs') await Bun.sleep(hangMs)
    if (fault === 'garbles') return new Response('<html>')
    if (fault === 'limits')
      return Response.json(
        { error: 'reach_limit', error_description: 'This request has reached api limit' },
        { status: 429, headers: { 'retry-after': '0.1' } },
      )
    return new Response('<h1>No</h1>', { status: 502 })
  }

  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    async fetch(request, self) {
      const { pathname, search } = new URL(request.url)
      calls += 1
      if (having.at?.test(pathname) && ++matched === having.after) having.reached?.()
      if (having.hold && matched >= (having.after ?? 0)) return new Promise<Response>(() => undefined)
      if (having.every && calls % having.every === 0) {
        const fault = faults[met % faults.length] as Fault
        met += 1
        if (fault !== 'closes') return refuse(fault, having.hangMs ?? 0)
        used.add(fault)
        // The server does it; its response is lost.
        self.timeout(request, 1)
        return new Promise<Response>(() => undefined)
      }
      const body = await request.text()
      const response = await fetch(to + pathname + search, {
        method: request.method,
        headers: {
          authorization: request.headers.get('authorization') ?? '',
          'content-type': 'application/json',
        },
        ...(body === '' ? {} : { body }),
      })
      return new Response(await response.text(), { status: response.status, headers: response.headers })
    },
  })

  return {
    url: `http://127.0.0.1:${server.port}`,
    have(next = {}) {
      having = next
      calls = 0
      matched = 0
      used.clear()
    },
    used: () => [...used].sort(),
    calls: () => calls,
    stop: () => server.stop(true),
  }
}
