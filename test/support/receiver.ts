import { Webhook } from 'standardwebhooks'
import type { Json } from './json.ts'
import { until } from './until.ts'

/** A callback as a receiver got it. */
export interface Received {
  body: Json
  text: string
  headers: Headers
}

/** A server of an app that receives callbacks; `answer` decides its response. */
export function aReceiver(
  answer: (received: Received) => Response | Promise<Response> = () => new Response(),
) {
  const got: Received[] = []
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 60,
    async fetch(request) {
      const text = await request.text()
      const received = { text, body: JSON.parse(text), headers: request.headers }
      got.push(received)
      return answer(received)
    },
  })
  return {
    url: `http://127.0.0.1:${server.port}/hook`,
    got,
    /** Waits until as many have come. */
    wait: (count: number) => until(() => got.length >= count),
    stop: () => server.stop(true),
  }
}

const md5 = (text: string) => new Bun.CryptoHasher('md5').update(text).digest('hex')

/** Fails unless both signatures of a callback are right. */
export function checkSigned(
  { body, text, headers }: Received,
  secret: string,
  securitySecret = secret,
): void {
  new Webhook(secret, secret.startsWith('whsec_') ? {} : { format: 'raw' }).verify(
    text,
    Object.fromEntries(headers),
  )
  const security = md5(`${body.callId}${securitySecret}${body.timestamp}`)
  if (body.security !== security) throw new Error(`security is ${body.security}, not ${security}`)
}
