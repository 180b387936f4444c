import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { messageId } from '../../src/domain/message-ids.ts'
import type { HistoryStore, StoredMessage } from '../../src/store/history/history.ts'

/** A history of its own, empty. */
export interface OpenHistory {
  history: HistoryStore
  close(): Promise<void>
}

const day = 86_400_000
let noon = Date.UTC(2026, 5, 15, 12)

let app = 1

const aMessage = (given: Partial<StoredMessage> & { id: number }): StoredMessage => ({
  app,
  room: 'r1',
  sender: 'alice',
  kind: 0,
  directed: null,
  ignoredBy: null,
  meta: new Uint8Array([0, 255, 128, 10, 39, 34]),
  ...given,
})

/** An id of a moment, by days before noon and by its place. */
const at = (days: number, place = 0): number => messageId(noon - days * day + place, 0, 0)

const whole = (room = 'r1') => ({
  room,
  above: 0,
  below: Number.MAX_SAFE_INTEGER,
  newestFirst: true,
  limit: 100,
})

/** What every history must do. */
export function historyContract(name: string, open: () => Promise<OpenHistory>) {
  describe(`history on ${name}`, () => {
    let opened: OpenHistory
    let history: HistoryStore
    const append = (...rows: StoredMessage[]) => history.append({ rows, removed: [], isDurable: false })
    const idsOf = async (of: Promise<StoredMessage[]>) => (await of).map(({ id }) => id)
    /** Each test has an app and ids of its own. */
    const fresh = () => {
      app += 1
      noon += 60_000
    }

    beforeAll(async () => {
      opened = await open()
      history = opened.history
    })
    afterAll(() => opened.close())

    test('an empty history has nothing', async () => {
      expect(await history.find(1, [at(0)])).toEqual([])
      expect(await history.scan(1, whole())).toEqual([])
      expect(await history.floor(1, 'r1', 1)).toBe(0)
      expect(await history.removedBy(1, 'bob', whole())).toEqual({ to: 0, ids: [] })
    })

    test('a message is read back as it was stored, byte for byte', async () => {
      fresh()
      const message = aMessage({
        id: at(0),
        sender: '名字',
        kind: 7,
        directed: ['bob', 'c"d'],
        ignoredBy: ['eve'],
        meta: new Uint8Array(Array.from({ length: 256 }, (_, n) => n)),
      })
      await append(message)
      expect(await history.find(app, [message.id])).toEqual([message])
      expect(await history.scan(app, whole())).toEqual([message])
    })

    test('messages of one room are read in both directions, between bounds, over several days', async () => {
      fresh()
      const ids = [at(2), at(1), at(1, 1), at(0)] as const
      await append(...[ids[3], ids[0], ids[2], ids[1]].map((id) => aMessage({ id })))
      await append(aMessage({ id: at(1, 2), room: 'r2' }))
      const [a, b, c, d] = ids
      expect(await idsOf(history.scan(app, whole()))).toEqual([d, c, b, a])
      expect(await idsOf(history.scan(app, { ...whole(), newestFirst: false, limit: 3 }))).toEqual([a, b, c])
      expect(await idsOf(history.scan(app, { ...whole(), below: d, limit: 2 }))).toEqual([c, b])
      expect(await idsOf(history.scan(app, { ...whole(), above: b, newestFirst: false }))).toEqual([c, d])
      expect(await idsOf(history.scan(app, { ...whole(), above: c, below: d }))).toEqual([])
      expect(await idsOf(history.scanApp(app, a, d, 10))).toEqual([b, c, at(1, 2)])
      expect(await idsOf(history.find(app, [c, a, 5]))).toContain(c)
    })

    test('neither room nor id of another app is found', async () => {
      fresh()
      await append(aMessage({ id: at(0, 40) }))
      expect(await history.find(app + 1000, [at(0, 40)])).toEqual([])
      expect(await history.scan(app + 1000, whole())).toEqual([])
    })

    test('a message that is stored twice is there once', async () => {
      fresh()
      await append(aMessage({ id: at(0, 50) }))
      await history.append({ rows: [aMessage({ id: at(0, 50) })], removed: [], isDurable: true })
      expect(await idsOf(history.scan(app, whole()))).toEqual([at(0, 50)])
    })

    test('a recalled message is gone, also one of the same batch', async () => {
      fresh()
      await append(aMessage({ id: at(0, 60) }))
      await history.append({
        rows: [aMessage({ id: at(0, 61) }), aMessage({ id: at(0, 62) })],
        removed: [at(0, 60), at(0, 61), at(9)],
        isDurable: false,
      })
      expect(await idsOf(history.scan(app, whole()))).toEqual([at(0, 62)])
    })

    test("what one user removes is gone from that user's view alone", async () => {
      fresh()
      const stretch = { room: 'r1', above: 0, below: at(0, 90) }
      await history.hide(app, 'bob', 'r1', [at(0, 70), at(0, 71)])
      await history.hide(app, 'bob', 'r1', [at(0, 71)])
      expect(await history.removedBy(app, 'bob', stretch)).toEqual({ to: 0, ids: [at(0, 70), at(0, 71)] })
      expect((await history.removedBy(app, 'bob', { ...stretch, above: at(0, 70) })).ids).toEqual([at(0, 71)])
      expect((await history.removedBy(app, 'carol', stretch)).ids).toEqual([])
      expect((await history.removedBy(app, 'bob', { ...stretch, room: 'r2' })).ids).toEqual([])
      await history.clear(app, 'bob', 'r1', at(0, 70))
      await history.clear(app, 'bob', 'r1', at(0, 5))
      expect(await history.removedBy(app, 'bob', stretch)).toEqual({ to: at(0, 70), ids: [at(0, 71)] })
      expect((await history.removedBy(app, 'bob', { ...stretch, room: 'r2' })).to).toBe(0)
      await history.clear(app, 'bob', '', at(0, 80))
      expect(await history.removedBy(app, 'bob', stretch)).toEqual({ to: at(0, 80), ids: [] })
      expect((await history.removedBy(app, 'bob', { ...stretch, room: 'r2' })).to).toBe(at(0, 80))
    })

    test('a room is trimmed to its newest messages', async () => {
      fresh()
      const ids = [at(3), at(2), at(1), at(0)]
      await append(...ids.map((id) => aMessage({ id })), aMessage({ id: at(4), room: 'r2' }))
      expect(await history.floor(app, 'r1', 3)).toBe(at(2))
      expect(await history.floor(app, 'r1', 5)).toBe(0)
      await history.trim(app, 'r1', 5)
      await history.trim(app, 'r1', 3)
      expect(await idsOf(history.scan(app, whole()))).toEqual([at(0), at(1), at(2)])
      expect(await idsOf(history.scan(app, whole('r2')))).toEqual([at(4)])
    })

    test('expired days are dropped; an app with a shorter retention loses only its own messages', async () => {
      fresh()
      const other = app + 500
      const ids = [at(40), at(30), at(20)]
      await append(...ids.flatMap((id) => [aMessage({ id }), aMessage({ id: id + 1, app: other })]))
      await history.hide(app, 'bob', 'r1', [at(40), at(20)])
      await history.prune([
        { app, before: at(35) },
        { app: other, before: at(25) },
      ])
      expect(await idsOf(history.scan(app, whole()))).toEqual([at(20), at(30)])
      expect(await idsOf(history.scan(other, whole()))).toEqual([at(20) + 1])
      expect((await history.removedBy(app, 'bob', whole())).ids).toEqual([at(20)])
      await append(aMessage({ id: at(40) }))
      expect(await idsOf(history.find(app, [at(40)]))).toEqual([at(40)])
      await history.prune([])
      expect(await idsOf(history.find(app, [at(40)]))).toEqual([at(40)])
    })
  })
}
