import { expect, test } from 'bun:test'
import type { FailureWord } from '../../src/domain/failure.ts'
import { expectRefusal } from './bodies.ts'
import type { Reply, TestApp } from './server.ts'

export const draft = { name: 'night owls', description: 'late talk', owner: 'alice' }

/** Details of one room, whatever the dialect of its app. */
export async function detailsOf(app: TestApp, id: string) {
  const { body } = await app.call('GET', `/chatrooms/${id}`)
  return Array.isArray(body.data) ? body.data[0] : body.data
}

/** Everything that an app's rooms are, to see that a refusal changed nothing. */
export async function everyRoom(app: TestApp) {
  const { body } = await app.call('GET', '/chatrooms?limit=1000')
  return Promise.all(body.data.map(({ id }: { id: string }) => detailsOf(app, id)))
}

/** A refusal: a title, the body sent, and the response. */
export type Refused = readonly [title: string, body: unknown, status: number, word: FailureWord, text: string]

/** One test a row: the call is refused exactly so, and nothing is stored. */
export function refuses(
  rows: readonly Refused[],
  app: () => TestApp,
  call: (body: unknown) => Promise<Reply>,
) {
  for (const [title, body, status, word, text] of rows)
    test(`refuses ${title}`, async () => {
      const before = await everyRoom(app())
      expectRefusal(await call(body), status, word, text)
      expect(await everyRoom(app())).toEqual(before)
    })
}
