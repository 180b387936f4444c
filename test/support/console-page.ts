import { readFileSync } from 'node:fs'
import type { AxeResults } from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { password } from './operators.ts'

/** Run in the page alone: imported here, it would take what tests of SDKs have made global for a browser. */
const axeSource = readFileSync(Bun.resolveSync('axe-core/axe.min.js', import.meta.dir), 'utf8')

/** The console in a browser profile of its own. */
export interface ConsolePage {
  page: Page
  /** What must not be: uncaught errors, complaints of the console, and breaches of the Content-Security-Policy. */
  complaints: string[]
  /** Goes to a page of the console as its links do, without loading it anew. */
  go(path: string): Promise<void>
  /** What axe finds wrong with what is shown. */
  axe(): Promise<string[]>
  /** Fails if anything was against the Content-Security-Policy. */
  close(): Promise<void>
}

interface Opened extends BrowserContextOptions {
  url: string
  /** Who is signed in; nobody without it. */
  as?: string
  /** Where it is opened. */
  at?: string
}

export async function aConsole(
  browser: Browser,
  { url, as, at = '/console/', ...options }: Opened,
): Promise<ConsolePage> {
  const context = await browser.newContext({ timezoneId: 'Asia/Shanghai', ...options })
  if (as !== undefined) {
    const data = { name: as, password }
    const response = await context.request.post(`${url}/console/api/session`, { data })
    if (!response.ok()) throw new Error(`signing in failed: ${await response.text()}`)
  }
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', ({ message }) => complaints.push(message))
  page.on('console', (line) => {
    if (line.type() === 'error' || line.type() === 'warning') complaints.push(line.text())
  })
  await page.goto(url + at)
  await page.getByRole('navigation').or(page.getByRole('main')).first().waitFor()
  return {
    page,
    complaints,
    async go(path) {
      await page.evaluate((to) => history.pushState(null, '', `/console${to}`), path)
      await page.locator('h1').first().waitFor()
      await page.waitForFunction(() => document.querySelector('main [role=status][aria-label]') === null)
    },
    async axe() {
      // Colours are judged as they are in the end: not while one dialog fades out and another in.
      await page.waitForFunction(`new Promise((next) => setTimeout(next, 100)).then(() => document.getAnimations()
        .every((each) => each.effect?.getComputedTiming().iterations === Infinity || each.playState === 'finished'))`)
      await page.evaluate(axeSource)
      const { violations } = await page.evaluate<AxeResults>(
        "axe.run(document, { resultTypes: ['violations'] })",
      )
      return violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
      )
    },
    async close() {
      await context.close()
      const breaches = complaints.filter((line) => line.includes('Content Security Policy'))
      if (breaches.length > 0) throw new Error(breaches.join('\n'))
    },
  }
}
