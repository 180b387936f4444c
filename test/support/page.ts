import { resolve } from 'node:path'
import type { Browser, Page } from 'playwright-core'

/** A page from another origin than the server's, as applications have them. */
export interface ServedPage {
  page: Page
  /** Its uncaught errors. */
  errors: string[]
  /** What its console called an error. */
  complaints: string[]
  /** The responses to its requests. */
  answers: { status: number; call: string }[]
  close(): Promise<void>
}

const types = { js: 'text/javascript', css: 'text/css' } as const

/** Bundles are made once: that of a UI kit takes a second. */
const bundles = new Map<string, Promise<Blob>>()

/** What a page loads: TypeScript bundled for a browser, other files as they are. */
function loadable(file: string): Blob | Promise<Blob> {
  if (!/\.tsx?$/.test(file)) return Bun.file(resolve(file))
  const known = bundles.get(file) ?? bundleOf(file)
  bundles.set(file, known)
  return known
}

async function bundleOf(file: string): Promise<Blob> {
  const { outputs } = await Bun.build({
    entrypoints: [resolve(file)],
    target: 'browser',
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const [bundle] = outputs
  if (!bundle) throw new Error(`${file} has no bundle`)
  return bundle
}

const tagFor = (file: string, place: number): string =>
  file.endsWith('.css')
    ? `<link rel="stylesheet" href="/${place}.css">`
    : `<script defer src="/${place}.js"></script>`

/** Opens a page in a profile of its own with scripts and styles: files of this repository or of its packages. */
export async function aPage(browser: Browser, files: readonly string[]): Promise<ServedPage> {
  const loaded = await Promise.all(files.map(loadable))
  const head = `<meta charset="utf-8"><link rel="icon" href="data:,">${files.map(tagFor).join('')}`
  const pages = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch({ url }) {
      const [, place, kind] = /(\d+)\.(js|css)$/.exec(url) ?? []
      const file = loaded[Number(place)]
      if (file) return new Response(file, { headers: { 'content-type': types[kind as keyof typeof types] } })
      const page = `<!doctype html><head>${head}</head><body></body>`
      return new Response(page, { headers: { 'content-type': 'text/html' } })
    },
  })
  const context = await browser.newContext()
  const page = await context.newPage()
  const errors: string[] = []
  const complaints: string[] = []
  const answers: ServedPage['answers'] = []
  page.on('pageerror', ({ message }) => errors.push(message))
  page.on('console', (line) => line.type() === 'error' && complaints.push(line.text()))
  page.on('response', (response) =>
    answers.push({ status: response.status(), call: `${response.request().method()} ${response.url()}` }),
  )
  await page.goto(pages.url.href)
  return {
    page,
    errors,
    complaints,
    answers,
    async close() {
      await context.close()
      await pages.stop(true)
    },
  }
}
