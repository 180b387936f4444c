import type { Browser, Locator, Page } from 'playwright-core'
import type { Visit } from '../pages/chat-room.tsx'
import { aPage, type ServedPage } from './page.ts'
import { asUser } from './people.ts'
import type { TestApp, TestServer } from './server.ts'

/** A room as one user sees it through a UI kit: found and used by what is on the screen. */
export class KitPage {
  private constructor(
    private readonly served: ServedPage,
    private readonly page: Page,
  ) {}

  static async open(
    browser: Browser,
    server: TestServer,
    app: TestApp,
    userId: string,
    roomId: string,
  ): Promise<KitPage> {
    const served = await aPage(browser, [
      'node_modules/agora-chat-uikit/style.css',
      'test/pages/agora-chat-uikit.tsx',
    ])
    const { token } = await asUser(app, userId)
    const msyncUrl = `${server.url.replace('http', 'ws')}/websocket`
    const visit: Visit = { appKey: app.key, userId, token, restUrl: server.url, msyncUrl, roomId }
    await served.page.evaluate((visit) => {
      ;(globalThis as unknown as { visit(visit: Visit): void }).visit(visit)
    }, visit)
    return new KitPage(served, served.page)
  }

  /** Everything that went wrong in the page. */
  get complaints(): string[] {
    const { errors, complaints, answers } = this.served
    const refused = answers.filter(({ status }) => status >= 400)
    return [...errors, ...complaints, ...refused.map(({ status, call }) => `${status} ${call}`)]
  }

  /** A message of the room, or the notice that somebody joined. */
  message(text: string): Locator {
    return this.page.locator('.cui-message-chatroom', { hasText: text })
  }

  async say(text: string): Promise<void> {
    await this.page.locator('.cui-textarea-input').pressSequentially(text)
    await this.page.keyboard.press('Enter')
  }

  /** Chooses from the menu of a message. */
  async choose(text: string, item: string): Promise<void> {
    const message = this.message(text).last()
    await message.hover()
    await this.chooseFrom(message.locator('.cui-message-chatroom-body-action'), item)
  }

  async showMembers(): Promise<void> {
    await this.page.locator('.cui-chatroom .cui-header-iconBox .cui-icon').first().click()
  }

  member(name: string): Locator {
    return this.page.locator('.cui-chatroom-member .cui-userItem', { hasText: name })
  }

  async avatarOf(member: string): Promise<string | null> {
    return this.member(member).locator('img').getAttribute('src')
  }

  /** Chooses from the menu of a member. */
  async chooseForMember(name: string, item: string): Promise<void> {
    await this.member(name).hover()
    await this.chooseFrom(this.member(name).locator('.cui-userItem-info .cui-icon'), item)
  }

  /** Ticks a choice of the dialog, if there are choices, and confirms. */
  async confirm(button: string, choice?: string): Promise<void> {
    const dialog = this.page.getByRole('dialog').filter({ visible: true })
    if (choice) await dialog.locator('.report-item', { hasText: choice }).locator('label').click()
    await dialog.getByRole('button', { name: button }).click()
    await dialog.waitFor({ state: 'hidden' })
  }

  async showTab(name: 'ALL' | 'Muted'): Promise<void> {
    await this.page.locator('.cui-chatroom-member .cui-tabs-header li', { hasText: name }).click()
  }

  private async chooseFrom(menu: Locator, item: string): Promise<void> {
    await menu.click()
    await this.page.locator('.cui-moreAction li', { hasText: item }).filter({ visible: true }).click()
  }

  async close(): Promise<void> {
    await this.served.close()
  }
}
