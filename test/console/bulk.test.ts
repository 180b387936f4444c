import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import type { Browser } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { bulkEnd, runBulk } from '../support/bulk.ts'
import { aConsole } from '../support/console-page.ts'
import { anOperator, password } from '../support/operators.ts'
import { aServer, type TestApp, type TestServer } from '../support/server.ts'

setDefaultTimeout(120_000)

let server: TestServer
let app: TestApp
let browser: Browser

beforeAll(async () => {
  ;[server, browser] = await Promise.all([aServer(), aBrowser()])
  app = await server.app('acme#lounge')
  await server.admin.changeApp('acme#lounge', { undoHours: 24 })
  await server.admin.addOperator('maria', 'admin', password)
  await app.register('alice', 'bob', 'carol')
})
afterAll(async () => {
  await browser.close()
  await server.stop()
})

const named = async (name: string): Promise<{ id: string; name: string }[]> =>
  (await app.call('GET', `/chatrooms?limit=20&sort=name&name=${name}`)).body.data

const lastChange = async (room: string) =>
  (await app.call('GET', `/chatrooms/${room}/audit?limit=1`)).body.data[0]

test('15 the audit trail names the operator who confirmed a bulk job, not the app', async () => {
  const [ann, zoe] = [await anOperator(server, 'ann', 'admin'), await anOperator(server, 'zoe', 'admin')]
  const room = await app.room({ owner: 'alice' })
  const path = '/acme/lounge/chatrooms/bulk'
  const tried = await ann.call('POST', path, { action: 'mute', rooms: [room], dry_run: true })
  const { confirm } = await bulkEnd(app.call, tried.body.data.id)
  const begun = await zoe.call('POST', path, { confirm })
  expect(await bulkEnd(app.call, begun.body.data.id)).toMatchObject({ state: 'done', done: 1 })
  expect(await lastChange(room)).toMatchObject({ operation: 'setRoomMuted', operator: 'operator:zoe' })
  const again = await ann.call('POST', path, { action: 'mute', rooms: [room], dry_run: true })
  const { confirm: byApp } = await bulkEnd(app.call, again.body.data.id)
  await app.call('DELETE', `/chatrooms/${room}/ban`)
  const retried = await ann.call('POST', path, { action: 'mute', rooms: [room], dry_run: true })
  await bulkEnd(app.call, retried.body.data.id)
  expect(await runBulk(app.call, { confirm: byApp })).toMatchObject({ done: 0, changed: 1 })
  expect(await runBulk(app.call, { action: 'mute', rooms: [room] })).toMatchObject({ done: 1 })
  expect(await lastChange(room)).toMatchObject({ operation: 'setRoomMuted', operator: '@ppAdmin' })
})

test('15 all rooms that match are dissolved after a dry run and a typed word, and brought back', async () => {
  for (const name of ['test-1', 'test-2', 'stays']) await app.room({ name, owner: 'alice', members: ['bob'] })
  const { page, go, complaints, close } = await aConsole(browser, {
    url: server.url,
    as: 'maria',
    locale: 'en-GB',
  })
  await go('/a/acme/lounge/rooms?q=test-')
  await page.getByRole('checkbox', { name: 'Select test-1' }).check()
  await page.getByRole('button', { name: 'Select all that match' }).click()
  await page.getByRole('button', { name: 'Actions' }).click()
  await page.getByRole('menuitem', { name: 'Dissolve' }).click()
  await page.getByRole('button', { name: 'Try it out' }).click()
  await page.getByText('2 would be done').waitFor()
  await page.getByLabel('Chat rooms').getByRole('link', { name: 'test-2' }).waitFor()
  expect(await named('test-')).toHaveLength(2)
  const dissolve = page.getByRole('button', { name: 'Dissolve (2)' })
  expect(await dissolve.isEnabled()).toBe(false)
  await page.getByLabel('Type “Dissolve 2” to go on').fill('Dissolve 2')
  await dissolve.click()
  await page.getByText('2 done').waitFor()
  expect(await named('test-')).toEqual([])
  expect(await named('stays')).toHaveLength(1)
  await page.getByRole('button', { name: 'Undo', exact: true }).click()
  await page.getByText('2 put back as they were').waitFor()
  expect((await named('test-')).map(({ name }) => name)).toEqual(['test-1', 'test-2'])
  expect(complaints).toEqual([])
  await close()
})

// What the store is does not change how the browser undoes.
test.skipIf(process.env.TEST_DATABASE_URL !== undefined)(
  '15 undoing a bulk job takes back what it changed and nothing else',
  async () => {
    const [open, muted] = [
      await app.room({ name: 'club-1', owner: 'alice' }),
      await app.room({ name: 'club-2', owner: 'alice' }),
    ]
    await app.call('POST', `/chatrooms/${muted}/ban`)
    const { page, go, close } = await aConsole(browser, { url: server.url, as: 'maria', locale: 'en-GB' })
    await go('/a/acme/lounge/rooms?q=club-')
    await page.getByRole('checkbox', { name: 'Select all that are shown' }).check()
    await page.getByRole('button', { name: 'Actions' }).click()
    await page.getByRole('menuitem', { name: 'Mute everybody' }).click()
    await page.getByRole('button', { name: 'Try it out' }).click()
    await page.getByRole('button', { name: 'Mute everybody (2)' }).click()
    await page.getByText('2 done').waitFor()
    const isMuted = async (room: string) => (await app.call('GET', `/chatrooms/${room}`)).body.data.mute
    expect([await isMuted(open), await isMuted(muted)]).toEqual([true, true])
    await page.getByRole('button', { name: 'Undo', exact: true }).click()
    await page.getByText('2 put back as they were').waitFor()
    expect([await isMuted(open), await isMuted(muted)]).toEqual([false, true])
    await close()
  },
)

// What the store is does not change how the browser undoes.
test.skipIf(process.env.TEST_DATABASE_URL !== undefined)(
  '15 undoing bulk jobs brings back admins as admins, and details as they were',
  async () => {
    const amy = await anOperator(server, 'amy', 'admin')
    const room = await app.room({ name: 'was', owner: 'alice', members: ['bob', 'carol'] })
    await app.call('POST', `/chatrooms/${room}/admin`, { newadmin: 'bob' })
    const { page, go, close } = await aConsole(browser, { url: server.url, as: 'amy', locale: 'en-GB' })
    const doAndUndo = async (asked: object) => {
      const { body } = await amy.call('POST', '/acme/lounge/chatrooms/bulk', { rooms: [room], ...asked })
      expect(await bulkEnd(app.call, body.data.id)).toMatchObject({ state: 'done', done: 1 })
      await go(`/a/acme/lounge/rooms?job=${body.data.id}`)
      await page.getByRole('button', { name: 'Undo', exact: true }).click()
      await page.getByText('1 put back as they were').waitFor()
    }
    await doAndUndo({ action: 'remove_members', usernames: ['bob', 'carol'] })
    const { body: admins } = await app.call('GET', `/chatrooms/${room}/admin`)
    expect(admins.data).toEqual(['bob'])
    const { body: members } = await app.call('GET', `/chatrooms/${room}/users?pagenum=1&pagesize=10`)
    expect(members.data).toEqual(expect.arrayContaining([{ member: 'bob' }, { member: 'carol' }]))
    await doAndUndo({ action: 'modify', change: { name: 'is', description: 'other' } })
    const { body } = await app.call('GET', `/chatrooms/${room}`)
    const details = [body.data].flat()[0]
    expect(details).toMatchObject({ name: 'was', description: 'for a test' })
    await close()
  },
)
