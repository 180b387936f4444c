import { afterAll, expect, test } from 'bun:test'
import { createApp } from '../../src/operations/apps/create-app.ts'
import { createCallback } from '../../src/operations/callbacks/callbacks.ts'
import { checkGiven } from '../../src/operations/callbacks/check-rule.ts'
import { holdCallbacks, settleCallbacks } from '../../src/operations/callbacks/deliver.ts'
import { newCallbackSecret } from '../../src/operations/callbacks/secrets.ts'
import { anEngine } from '../support/engine.ts'

const operator = { kind: 'app' } as const
const { engine, close } = await anEngine()
afterAll(close)

test('13.2 what was delivered is removed again after a commit that was not known to have succeeded, and nothing else goes with it', async () => {
  await engine.commit(0, operator, createApp, { key: 'acme#queue' })
  const app = (await engine.store.apps.findApp('acme', 'queue'))?.id ?? 0
  const given = checkGiven({ name: 'a', url: 'https://example.com', events: ['message.sent'], enabled: true })
  const rule = await engine.commit(app, operator, createCallback, { given, secret: newCallbackSecret() })
  const process = 'this one'
  const [held] = await engine.commit(0, operator, holdCallbacks, { process, leaseMs: 60_000, alone: false })
  if (!held) throw new Error('the rule is not held')
  const settle = async (queued: string[], removed: number[]) => {
    // What comes later comes in another millisecond.
    await Bun.sleep(2)
    const rows = queued.map((call) => ({
      room: '1',
      due: 0,
      attempts: 2,
      call,
      event: 'message.sent',
      at: 1,
      failed: 0,
      error: '',
      body: '{}',
    }))
    const settled = { queued: rows, removed, failed: [], log: [] }
    expect(await engine.commit(app, operator, settleCallbacks, { held, process, settled })).toBe(true)
  }
  const waiting = () => engine.store.callbackDelivery.dueCallbacks(app, rule.id, Date.now(), 10)

  await settle(['one'], [])
  const [one] = await waiting()
  await settle([], [one?.seq ?? 0])
  // The answer to the commit was lost: it is made once more, with what has failed meanwhile.
  await settle(['two'], [one?.seq ?? 0])
  expect((await waiting()).map(({ call }) => call)).toEqual(['two'])
})
