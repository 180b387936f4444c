import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aConsole, type ConsolePage } from '../support/console-page.ts'
import { password } from '../support/operators.ts'
import { startRelay } from '../support/relay.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'
import { until } from '../support/until.ts'

setDefaultTimeout(120_000)

let server: TestServer
let app: TestApp
let browser: Browser
let room: string

beforeAll(async () => {
  ;[server, browser] = await Promise.all([aServer(), aBrowser()])
  app = await server.app('acme#lounge')
  await server.admin.addOperator('maria', 'admin', password)
  await app.register('alice', 'bob')
  room = await app.room({ name: 'night owls', owner: 'alice', members: ['bob'] })
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

const say = (msg: string) =>
  app.call('POST', '/messages/chatrooms', { from: 'bob', to: [room], type: 'txt', body: { msg } })

/** The page of the room, live. */
async function theRoom(url = server.url): Promise<ConsolePage> {
  const shown = await aConsole(browser, { url, as: 'maria', locale: 'en-GB' })
  await shown.go(`/a/acme/lounge/rooms/${room}`)
  await shown.page.getByText('Live', { exact: true }).waitFor()
  return shown
}

test('15 a message appears as it is sent, and is deleted unless that is undone', async () => {
  const { page, go, complaints, close } = await theRoom()
  await say('buy followers')
  const message = page.getByLabel('Messages').getByText('buy followers')
  await message.waitFor()
  const erase = async () => {
    await page.getByLabel('Messages').getByRole('button', { name: 'Moderate bob' }).last().click()
    await page.getByRole('menuitem', { name: 'Delete message' }).click()
    await page.getByText('Being deleted').waitFor()
  }
  const kept = async () => (await app.call('GET', `/chatrooms/${room}/messages`)).body.count
  await erase()
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Being deleted').waitFor({ state: 'detached' })
  expect(await kept()).toBe(1)
  await erase()
  await go('/')
  await until(async () => (await kept()) === 0)
  const { body } = await app.call('GET', `/chatrooms/${room}/audit`)
  expect(body.data[0]).toMatchObject({ operation: 'deleteMessages', operator: 'operator:maria' })
  expect(complaints).toEqual([])
  await close()
})

test('15 a member is muted in two clicks, and may speak again in one', async () => {
  const { page, close } = await theRoom()
  const muted = async () => (await app.call('GET', `/chatrooms/${room}/mute`)).body.data
  await page.getByLabel('Members', { exact: true }).getByRole('button', { name: 'Moderate bob' }).click()
  await page.getByRole('menuitem', { name: '10 minutes' }).click()
  await page.getByText('bob is muted').first().waitFor()
  expect(await muted()).toMatchObject([{ user: 'bob' }])
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByText('Undone').first().waitFor()
  expect(await muted()).toEqual([])
  await close()
})

test('15 a lost connection is shown, and heals without a gap', async () => {
  const relay = await startRelay(Number(new URL(server.url).port))
  const { page, close } = await theRoom(`http://127.0.0.1:${relay.port}`)
  await page.route('**/events?*', (route) => route.abort())
  relay.cutAll()
  await page.getByText('Connection lost').waitFor()
  await say('said meanwhile')
  await page.unroute('**/events?*')
  await page.getByText('Live', { exact: true }).waitFor()
  await page.getByLabel('Messages').getByText('said meanwhile').waitFor()
  await close()
  relay.close()
})

/** How a page was drawn: what kept it from drawing for over 50 ms, and the time from each frame to the next, in ms. */
interface Smoothness {
  tasks: number[]
  gaps: number[]
}

/** 60 frames a second, but for single ones that come a little late. */
function expectSmooth({ tasks, gaps }: Smoothness, perSecond: number): void {
  const ordered = gaps.slice(1).sort((a, b) => a - b)
  const at = (share: number) => ordered[Math.floor(ordered.length * share)] ?? 0
  const framesPerSecond = (ordered.length / ordered.reduce((sum, gap) => sum + gap, 0)) * 1000
  console.log({ perSecond, framesPerSecond, p50: at(0.5), p95: at(0.95), p99: at(0.99), tasks })
  expect(Math.max(0, ...tasks)).toBeLessThan(100)
  expect(perSecond).toBeGreaterThan(190)
  expect(framesPerSecond).toBeGreaterThan(57)
  expect(at(0.95)).toBeLessThan(25)
}

test('15 a stream of messages is followed, and the page stays quick', async () => {
  const count = Number(process.env.STREAMED ?? 200)
  const { page, close } = await theRoom()
  await page.evaluate(() => {
    const seen: Smoothness = { tasks: [], gaps: [] }
    Object.assign(globalThis, { seen })
    new PerformanceObserver((list) =>
      seen.tasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ type: 'longtask' })
    let last = performance.now()
    requestAnimationFrame(function next(now) {
      seen.gaps.push(now - last)
      last = now
      requestAnimationFrame(next)
    })
  })
  const from = performance.now()
  for (let sent = 0; sent < count; sent += 10) {
    await Promise.all(Array.from({ length: 10 }, (_, place) => say(`line ${sent + place + 1}`)))
    const aheadMs = (sent + 10) * 5 - (performance.now() - from)
    if (aheadMs > 0) await Bun.sleep(aheadMs)
  }
  await page.getByLabel('Messages').getByText(`line ${count}`, { exact: true }).waitFor()
  const seen = await page.evaluate(() => (globalThis as unknown as { seen: Smoothness }).seen)
  // On a busy machine the browser waits for its turn: only the long form holds it to the bar.
  if (process.env.STREAMED) expectSmooth(seen, (count / (performance.now() - from)) * 1000)
  // Of all that came, only what is in sight is drawn.
  expect(await page.locator('section[aria-label="Messages"] [data-index]').count()).toBeWithin(1, 60)
  await close()
})

test('15 whatever can be set of a room is set in the browser, and its owner is another', async () => {
  const mine = await app.room({ name: 'day owls', owner: 'alice', members: ['bob'] })
  const { page, go, axe, complaints, close } = await aConsole(browser, {
    url: server.url,
    as: 'maria',
    locale: 'en-GB',
  })
  const read = async (path = '') => (await app.call('GET', `/chatrooms/${mine}${path}`)).body.data
  const press = (name: string) => page.getByRole('button', { name, exact: true }).click()
  await go(`/a/acme/lounge/rooms/${mine}?tab=settings`)
  await page.getByLabel('Extension text').fill('{"level":3}')
  await press('Save')
  await until(async () => (await read()).custom === '{"level":3}')
  await page.getByRole('switch', { name: 'Mute everybody' }).click()
  await page.getByText('Everybody is muted').first().waitFor()
  await page.getByLabel('Slow mode').selectOption('one message in 10 s')
  await until(async () => (await read('/slow_mode')).slowMode === 10)
  await page.getByLabel('Announcement').fill('维护时间 22:00')
  await press('Announce')
  await until(async () => (await read('/announcement')).announcement === '维护时间 22:00')
  await page.getByLabel('Key', { exact: true }).fill('level')
  await page.getByLabel('Value', { exact: true }).fill('3')
  await press('Set')
  await press('Remove level')
  await page.getByText('None.').waitFor()
  await page.getByLabel('Dissolve after so many idle seconds').fill('7200')
  await page.getByLabel('Exempt from being dissolved').selectOption('not exempt')
  await press('Save')
  await page.getByText('If nothing happens, the room is dissolved:').waitFor()
  expect(await read('/lifecycle')).toMatchObject({
    idle_timeout: 7200,
    keep: false,
    from_app: ['empty_timeout', 'warn_before', 'opens_at', 'expires_at'],
  })
  await press('Disable')
  await page.getByText('Disabled', { exact: true }).waitFor()
  await press('Enable')
  await page.getByText('Disabled', { exact: true }).waitFor({ state: 'detached' })
  await press('Transfer…')
  await page.getByLabel('New owner').fill('nobody')
  await press('Transfer')
  await page.getByRole('dialog').getByRole('alert').waitFor()
  expect(await axe()).toEqual([])
  await page.getByLabel('New owner').fill('Bob')
  await press('Transfer')
  await page.getByText('bob is the owner now').first().waitFor()
  expect(await read()).toMatchObject({ owner: 'bob', mute: true })
  expect(complaints.filter((line) => !line.includes('status of 404'))).toEqual([])
  await close()
})

test('15 the members of a large room are read as far as one scrolls, and only those in sight are drawn', async () => {
  const count = Number(process.env.MEMBERS ?? 1200)
  const large = await server.app('acme#large', { maxusers: count + 1 })
  const names = Array.from({ length: count }, (_, place) => `user${place}`)
  await large.register('alice', ...names)
  const id = await large.room({ name: 'stadium', owner: 'alice', maxusers: count + 1 })
  for (let start = 0; start < count; start += 60)
    await large.call('POST', `/chatrooms/${id}/users`, { usernames: names.slice(start, start + 60) })
  const { page, go, close } = await aConsole(browser, { url: server.url, as: 'maria', locale: 'en-GB' })
  await go(`/a/acme/large/rooms/${id}?tab=members`)
  const members = page.locator('section[aria-label="Members"]')
  await members.getByText('alice', { exact: true }).waitFor()
  const last = async () => {
    await members.evaluate((place) => place.scrollTo(0, place.scrollHeight))
    const { scrollHeight } = await members.evaluate((place) => ({ scrollHeight: place.scrollHeight }))
    return scrollHeight === (count + 1) * 40
  }
  await until(last)
  const drawn = await members.locator('[style*="translateY"]').count()
  expect(drawn).toBeWithin(1, 80)
  await members.evaluate((place) => place.scrollTo(0, 0))
  await members.getByText('alice', { exact: true }).waitFor()
  await close()
})

test('15 a room is exported with its members and history as lines of JSON', async () => {
  const exported = await app.room({ name: 'archive', owner: 'alice', members: ['bob'] })
  for (const msg of ['first', 'second'])
    await app.call('POST', '/messages/chatrooms', { from: 'bob', to: [exported], type: 'txt', body: { msg } })
  await until(async () => (await app.call('GET', `/chatrooms/${exported}/messages`)).body.count === 2)
  const { page, go, complaints, close } = await aConsole(browser, {
    url: server.url,
    as: 'maria',
    locale: 'en-GB',
  })
  await go(`/a/acme/lounge/rooms/${exported}?tab=settings`)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ])
  expect(download.suggestedFilename()).toBe(`room-${exported}.jsonl`)
  const lines = (await Bun.file(await download.path()).text())
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const of = (type: string) => lines.filter((line) => line.type === type).map(({ value }) => value)
  expect(of('room')).toMatchObject([{ id: exported, name: 'archive' }])
  expect(of('member')).toMatchObject([{ owner: 'alice' }, { member: 'bob' }])
  expect(of('message').map(({ payload }) => payload.bodies[0].msg)).toEqual(['first', 'second'])
  expect(complaints).toEqual([])
  await close()
})
