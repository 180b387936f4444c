import { expect, test } from 'bun:test'
import type { Page } from 'playwright-core'
import { aBrowser } from '../support/browser.ts'
import { aServer } from '../support/server.ts'

test('17.8 the page of the quick start chats in two tabs, of two users or of one', async () => {
  const [server, browser] = await Promise.all([aServer(), aBrowser()])
  const example = Bun.spawn([process.execPath, 'examples/web-chat/serve.ts'], {
    env: { ...process.env, PORT: '0' },
    stdout: 'pipe',
  })
  const app = await server.app('demo#chat')
  for (const username of ['alice', 'bob'])
    await app.call('POST', '/users', { username, password: `${username}-1` })
  await app.room({ owner: 'alice', members: ['bob'], name: 'night owls' })

  const { value } = await example.stdout.getReader().read()
  const [address = ''] = /http:\S+/.exec(new TextDecoder().decode(value)) ?? []
  const context = await browser.newContext()
  const errors: string[] = []
  const tabOf = async (user: string): Promise<Page> => {
    const page = await context.newPage()
    page.on('pageerror', ({ message }) => errors.push(message))
    await page.goto(address)
    await page.fill('[name=server]', server.url)
    await page.fill('[name=user]', user)
    await page.fill('[name=password]', `${user}-1`)
    await page.click('#login button')
    await page.locator('main:not([hidden])').waitFor()
    return page
  }
  const alice = await tabOf('alice')
  const bob = await tabOf('bob')
  const second = await tabOf('alice')
  await alice.fill('[name=text]', 'Good evening!')
  await alice.click('#say button')
  for (const page of [alice, bob, second]) await page.getByText('alice: Good evening!').waitFor()
  await bob.fill('[name=text]', 'Hello, Alice')
  await bob.click('#say button')
  for (const page of [alice, bob, second]) await page.getByText('bob: Hello, Alice').waitFor()
  expect(errors).toEqual([])

  await browser.close()
  example.kill()
  await server.stop()
}, 240_000)
