import { afterAll, beforeAll, expect, test } from 'bun:test'
import fc from 'fast-check'
import { changes, type Kept, people, readRoom } from '../support/crash-model.ts'
import { openEvents } from '../support/event-source.ts'
import type { Json } from '../support/json.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

/** Calls that are tried and then made; `npm run test:rooms-crash-long` asks for more. */
const calls = Number(process.env.DRY_RUNS ?? 30)

let server: TestServer
let app: TestApp
beforeAll(async () => {
  server = await aServer()
  app = await server.app('acme#lounge')
  await app.register(...people)
})
afterAll(() => server.stop())

/** Everything that an event says, however it is put: a dry run shows it as it is inside, a stream as its page has it. */
function saysOf(event: Json): string[] {
  if (event === null || typeof event !== 'object') return [JSON.stringify(event)]
  return Object.values(event).flatMap(saysOf).sort()
}

const withoutActivity = (data: Json): Json => ({ ...data, last_activity: 0 })

test(
  '14.5 whatever is done to a room: its dry run says what the call and its events say then, however often, and changes nothing',
  async () => {
    const step = fc.record({ wanted: fc.nat(99), user: fc.constantFrom(...people) })
    const story = fc.array(step, { minLength: calls, maxLength: calls })
    await fc.assert(
      fc.asyncProperty(story, async (steps) => {
        const { draft, room: made } = changes.create('one')
        const { id } = (await app.call('POST', '/chatrooms', draft)).body.data
        const stream = await openEvents(`${app.url}/events`, app.token, {})
        const told: string[][] = []
        let room: Kept = { ...made, id }
        for (const { wanted, user } of steps) {
          const change = changes.of(room, wanted, user)
          // One that ends by itself does so at a time of its own.
          if (!change || JSON.stringify(change.call).includes('expires_at')) continue
          const [method, path, body] = change.call
          const before = await readRoom(app.call, id)
          const attempt = () => app.call(method, `${path}?dry_run=true`, body)
          const trials = [await attempt(), await attempt()]
          expect(await readRoom(app.call, id)).toEqual(before)
          const done = await app.call(method, path, body)
          for (const { status, body } of trials) {
            expect([status, body.dry_run]).toEqual([200, true])
            expect(withoutActivity(body.data)).toEqual(withoutActivity(done.body.data))
            expect(body.events).toEqual(trials[0]?.body.events)
          }
          told.push(...(trials[0]?.body.events ?? []).map(saysOf))
          room = change.after
        }
        // One more, which comes last.
        const last = await app.room({ owner: 'alice' })
        const events = await stream.take(told.length + 1)
        stream.close()
        expect(events.at(-1)?.data.chatroomid).toBe(last)
        expect(
          events
            .slice(0, -1)
            .map(({ data: { type, chatroomid, data, before } }) =>
              saysOf({ type, chatroomid, data, before: before ?? {} }),
            ),
        ).toEqual(told)
      }),
      { numRuns: 1, endOnFailure: true },
    )
  },
  30_000 + calls * 500,
)
