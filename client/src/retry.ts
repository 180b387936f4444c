/** What the client needs of `fetch`. */
export type Send = (input: string | URL | Request, init?: RequestInit) => Promise<Response>

/** What a repeated call may bring to an end: the server is starting, a proxy has lost it, or there were too many calls. */
const passing = new Set([429, 502, 503, 504])

const longestPauseMs = 30_000

/** The pause before another attempt: what the server asks for, else twice as long each time, with chance. */
function pauseMs(attempt: number, response: Response | undefined): number {
  const seconds = Number(response?.headers.get('retry-after') ?? Number.NaN)
  const own = Math.random() * 200 * 2 ** attempt
  return Math.min(Number.isFinite(seconds) ? seconds * 1000 + Math.random() * 100 : own, longestPauseMs)
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    })
  })
}

/**
 * Sends a request again where its outcome is unknown or it was too early. A write carries an `Idempotency-Key`, so that
 * the server does it once, however often it comes.
 */
export async function sendRepeatedly(request: Request, retries: number, send: Send): Promise<Response> {
  for (let attempt = 0; ; attempt += 1) {
    let response: Response | undefined
    try {
      response = await send(request.clone())
      if (!passing.has(response.status) || attempt >= retries) return response
      await response.body?.cancel()
    } catch (error) {
      if (request.signal.aborted || attempt >= retries) throw error
    }
    await pause(pauseMs(attempt, response), request.signal)
  }
}
