import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'

/** A page from another origin than the server's, as applications have them. */
export interface ServedPage {
  page: Page
  /** Its uncaught errors. */
  errors: string[]
  /** What its console called an error. */
  complaints: string[]
  /** The answers of 400 and above that it got. */
  refusals: string[]
  close(): Promise<void>
}

/** What a page loads: JavaScript as it is, TypeScript bundled for a browser. */
async function scriptOf(file: string): Promise<Blob> {
  if (file.endsWith('.js')) return Bun.file(resolve(file))
  const { outputs } = await Bun.build({ entrypoints: [resolve(file)], target: 'browser' })
  const [bundle] = outputs
  if (!bundle) throw new Error(`${file} has no bundle`)
  return bundle
}

/** Opens a page in a profile of its own that has loaded some scripts, files of this repository or its packages. */
export async function aPage(browser: Browser, scripts: readonly string[]): Promise<ServedPage> {
  const loaded = await Promise.all(scripts.map(scriptOf))
  const tags = scripts.map((_, place) => `<script src="/${place}.js"></script>`).join('')
  const pages = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch({ url }) {
      const script = loaded[Number(/(\d+)\.js$/.exec(url)?.[1])]
      if (script) return new Response(script, { headers: { 'content-type': 'text/javascript' } })
      const html = `<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body>${tags}`
      return new Response(html, { headers: { 'content-type': 'text/html' } })
    },
  })
  const context = await browser.newContext()
  const page = await context.newPage()
  const errors: string[] = []
  const complaints: string[] = []
  const refusals: string[] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
  page.on('response', (response) => {
    if (response.status() < 400) return
    refusals.push(`${response.status()} ${response.request().method()} ${response.url()}`)
  })
  await page.goto(pages.url.href)
  return {
    page,
    errors,
    complaints,
    refusals,
    async close() {
      await context.close()
      await pages.stop(true)
    },
  }
}
