/** Makes the pictures of the console in `docs/images`: of a server with made-up people, in English and in Chinese. */
import { mkdirSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { aBrowser } from '../test/support/browser.ts'
import { aConsole } from '../test/support/console-page.ts'
import { consoleTexts } from '../test/support/console-texts.ts'
import { password } from '../test/support/operators.ts'
import { asUser, connectAs } from '../test/support/people.ts'
import { aReceiver } from '../test/support/receiver.ts'
import { aServer, type TestApp, type TestServer } from '../test/support/server.ts'

const folder = process.argv[2] ?? 'docs/images'
/** Of one picture, in bytes. */
const most = 60_000

const names = 'alice bob carol dave erin frank grace heidi ivan judy mallory wei yuki'.split(' ')

const roomNames = {
  en: 'night owls, launch day, basketball finals, morning run, lo-fi radio, language corner, chess club, street food, film club',
  zh: '夜猫子, 新品发布会, 篮球总决赛, 晨跑打卡, 深夜电台, 语言角, 棋友会, 街头美食, 电影放映厅',
}

const said = [
  ['bob', 'Good evening, everybody!', '大家晚上好！'],
  ['carol', 'Hi bob. The stream starts in ten minutes.', '晚上好，直播十分钟后开始。'],
  ['wei', 'Who else comes from the launch?', '还有谁是从发布会过来的？'],
  ['dave', 'Me. That demo was worth staying up for.', '我。那个演示值得熬夜看。'],
  ['grace', 'Is there a recording?', '有回放吗？'],
  ['alice', 'Yes, the link is in the announcement.', '有，链接在公告里。'],
  ['yuki', 'Thank you!', '谢谢！'],
  ['mallory', 'Cheap followers, write to me: vx-7788', '低价涨粉，加我 vx-7788'],
  ['frank', 'Please, not again…', '怎么又来了……'],
  ['erin', 'See you on Friday.', '周五见。'],
] as const

type Language = keyof typeof roomNames

interface Scene {
  server: TestServer
  app: TestApp
  /** The room that is looked at. */
  room: string
  callback: string
  stop(): Promise<void>
}

/** Registers people, creates rooms with them, and connects some. */
async function theRooms(app: TestApp, language: Language): Promise<string> {
  await app.register(...names)
  const ids: string[] = []
  for (const [at, name] of roomNames[language].split(', ').entries()) {
    const owner = names[at] ?? 'alice'
    const members = names.filter((user, place) => user !== owner && (place * 5 + at * 3) % 12 < 11 - at)
    ids.push(await app.room({ name, owner, members }))
  }
  const [first = ''] = ids
  await app.call('POST', `/chatrooms/${first}/users`, { usernames: names.slice(1) })
  await app.call('POST', `/chatrooms/${first}/admin`, { newadmin: 'carol' })
  for (const user of names.slice(1, 9)) await connectAs(app, user, 'webim_1')
  return first
}

async function theCallbacks(app: TestApp, url: string): Promise<string> {
  const events = ['message.sent', 'chatroom.created']
  const { body } = await app.call('POST', '/callbacks', { name: 'messages', url, events, enabled: true })
  const others = [
    { name: 'audit', events: ['chatroom.member_muted'], enabled: true },
    { name: 'moderation', when: 'before', enabled: false },
  ]
  for (const rule of others)
    await app.call('POST', '/callbacks', { ...rule, url: `https://chat.example.com/${rule.name}` })
  return body.data.id
}

/** Lets people say what they say, and one of them report another. */
async function theTalk(app: TestApp, room: string, language: Language): Promise<void> {
  for (const [from, en, zh] of said) {
    const msg = language === 'en' ? en : zh
    const sent = await app.call('POST', '/messages/chatrooms', {
      from,
      to: [room],
      type: 'txt',
      body: { msg },
    })
    if (from !== 'mallory') continue
    const why = language === 'en' ? 'advertises followers again' : '又在发涨粉广告'
    for (const by of ['frank', 'grace']) {
      const path = `/user/${by}/moderation/report/message/${sent.body.data[room]}`
      await (await asUser(app, by))('POST', path, { reportType: 'spam', reportReason: why })
    }
  }
  await app.call('POST', `/chatrooms/${room}/mute`, { usernames: ['ivan'], mute_duration: 600_000 })
}

async function aScene(language: Language): Promise<Scene> {
  const server = await aServer({ callback_networks: '127.0.0.0/8' })
  const app = await server.app('acme#lounge')
  await server.admin.addOperator('maria', 'admin', password)
  let asked = 0
  const receiver = aReceiver(() => {
    asked += 1
    return asked % 4 === 3 ? Response.json({ problem: 'maintenance' }, { status: 503 }) : new Response()
  })
  const callback = await theCallbacks(app, receiver.url)
  const room = await theRooms(app, language)
  await theTalk(app, room, language)
  await receiver.wait(said.length)
  return {
    server,
    app,
    room,
    callback,
    async stop() {
      receiver.stop()
      await server.stop()
    },
  }
}

/** Calls for as long as it takes to have lines in the charts. */
async function theTraffic({ app, room }: Scene, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000
  for (let turn = 0; performance.now() < end; turn += 1) {
    const busy = 3 + Math.round(2 * Math.sin(turn / 30)) + (turn % 7 === 0 ? 3 : 0)
    await Promise.all(Array.from({ length: busy }, () => app.call('GET', `/chatrooms/${room}`)))
    if (turn % 2 === 0)
      await app.call('POST', '/messages/chatrooms', {
        from: 'bob',
        to: [room],
        type: 'txt',
        body: { msg: `${turn}` },
        chatroom_msg_level: 'low',
      })
    await Bun.sleep(100)
  }
}

/** What is shown, as small as it must be. */
async function keep(page: Page, name: string, language: Language): Promise<void> {
  await page.evaluate('document.fonts.ready')
  await page.mouse.move(640, 60)
  const devtools = await page.context().newCDPSession(page)
  for (const quality of [85, 75, 65, 55]) {
    const { data } = await devtools.send('Page.captureScreenshot', { format: 'webp', quality })
    const picture = Buffer.from(data, 'base64')
    if (picture.length > most) continue
    const file = `${folder}/console-${name}${language === 'en' ? '' : '.zh-CN'}.webp`
    await Bun.write(file, picture)
    console.log(file, picture.length)
    return
  }
  throw new Error(`${name} is larger than ${most} bytes`)
}

async function pictures(browser: Browser, language: Language, colorScheme: 'light' | 'dark'): Promise<void> {
  const scene = await aScene(language)
  const { server, room, callback } = scene
  const locale = language === 'en' ? 'en' : 'zh-CN'
  const say = consoleTexts(locale)
  const viewport = { width: 1280, height: 800 }
  const shown = await aConsole(browser, { url: server.url, as: 'maria', locale, viewport, colorScheme })
  const { page, go } = shown
  const button = (name: string) => page.getByRole('button', { name: say(name), exact: true })
  const app = '/a/acme/lounge'

  await go(`${app}/rooms`)
  for (const box of [1, 2, 4]) await page.getByRole('checkbox').nth(box).check()
  await button('Actions').click()
  await page.getByRole('menu').waitFor()
  await keep(page, 'rooms', language)

  await go(`${app}/rooms/${room}`)
  await page.getByText(say('Live'), { exact: true }).waitFor()
  await page.getByText('mallory').last().waitFor()
  await page
    .getByRole('region', { name: say('Messages') })
    .getByRole('button', { name: 'mallory' })
    .click()
  await page.getByRole('menu').waitFor()
  await keep(page, 'room', language)

  await go(`${app}/reports`)
  await page.locator('tr[data-row]').first().click()
  await page.getByRole('dialog').getByText('vx-7788').waitFor()
  await keep(page, 'reports', language)

  await go(`${app}/users/ivan`)
  await page.getByText(say('online')).first().waitFor()
  await keep(page, 'users', language)

  await go(`${app}/callbacks/${callback}`)
  const failed = page.getByRole('listitem').filter({ hasText: 'status 503' }).first()
  await failed.getByRole('button').first().click()
  await keep(page, 'callbacks', language)

  await go(`${app}/settings`)
  await keep(page, 'settings', language)

  await go(`${app}/explain?action=speak&user=ivan&room=${room}`)
  await button('Ask').click()
  await page.getByText(say('It would be refused.')).waitFor()
  await keep(page, 'why', language)

  await go('/')
  await theTraffic(scene, 60)
  await keep(page, 'overview', language)
  await shown.close()
  await scene.stop()
}

mkdirSync(folder, { recursive: true })
const browser = await aBrowser()
await pictures(browser, 'en', 'light')
await pictures(browser, 'zh', 'dark')
await browser.close()
