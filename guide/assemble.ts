import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, normalize } from 'node:path'
import { type Language, pages, sourceOf } from './pages.ts'

const root = join(import.meta.dirname, '..')
/** What VitePress reads: the pages of `docs/` with links as they are in the guide. */
export const assembled = join(import.meta.dirname, '.src')

const decisions = (): string[] => readdirSync(join(root, 'docs/adr')).sort()
const numberOf = (decision: string): string => decision.slice(0, 4)

/** Places of the guide by the files that they come from, in one language. */
function placesIn(language: Language): Map<string, string> {
  const prefix = language === 'en' ? '/' : '/zh/'
  const ofPage = (page: string): [string, string][] => [
    [sourceOf(page, 'en'), `/${page}`],
    [sourceOf(page, 'zh'), `/zh/${page}`],
  ]
  const decided = decisions().map((name): [string, string] => [
    `docs/adr/${name}`,
    `/decisions#${numberOf(name)}`,
  ])
  return new Map([
    ...pages.flatMap(ofPage),
    ...decided,
    ['docs/adr', `${prefix}decisions`],
    ['README.md', '/'],
    ['README.zh-CN.md', '/zh/'],
  ])
}

/** A link outside of the guide, which VitePress would take for one of its pages. */
const outside = (text: string, href: string): string => `<a href="${href}" target="_self">${text}</a>`

/** Pictures of pages. */
const pictures = /^(?:docs\/images|bench\/results)\/[\w.-]+\.(?:png|webp|svg)$/

/** Files that the guide offers as they are. */
const offered = /^deploy\/[\w.-]+$/

/** A link of a file of the project, as the guide has it; one to the source is its text alone. */
function linked(text: string, target: string, from: string, places: Map<string, string>): string {
  const [path = '', hash] = target.split('#')
  const anchor = hash === undefined ? '' : `#${hash}`
  if (path === '' || /^[a-z]+:/.test(path)) return `[${text}](${target})`
  const file = normalize(join(dirname(from), path)).replace(/\/$/, '')
  const place = places.get(file)
  if (place !== undefined) return `[${text}](${place}${anchor})`
  if (file === 'docs/openapi.json') return outside(text, '/openapi.json')
  if (pictures.test(file)) return `[${text}](/images/${basename(file)})`
  if (offered.test(file)) return outside(text, `/docs/guide/${file}`)
  return text
}

const chinese = '[\\u3001-\\u303f\\u4e00-\\u9fff\\uff00-\\uffef]'

/** Lines of a paragraph, without the space that a browser would show between Chinese characters where one ends. */
const joined = (text: string): string =>
  text.replaceAll(new RegExp(`(?<=${chinese})\n *(?=${chinese})`, 'g'), '')

/** What the line below a title says of the file: where the other language is, and what writes it. */
const forFiles =
  /^(?:English \| )?\[(?:简体中文|English)\]\([^)]*\)(?: \| 简体中文)?(?: · )?(?:(?:Written by|由) `npm run generate`.*)?/m

/** The text of a page as the guide has it. */
function adapted(text: string, from: string, language: Language): string {
  const places = placesIn(language)
  const prose = (part: string): string => (language === 'zh' ? joined(part) : part)
  return text
    .replace(forFiles, '')
    .split(/(^```.*?^```)/ms)
    .map((part) =>
      part.startsWith('```')
        ? part
        : prose(part).replace(
            /\[((?:[^\][]|\[[^\]]*\])*)\]\(([^)\s]+)\)/g,
            (_, label: string, target: string) => linked(label, target, from, places),
          ),
    )
    .join('')
}

function write(path: string, text: string): void {
  const file = join(assembled, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** Pages of wide tables, which take the space of the outline. */
const wide = new Set(['errors', 'permissions', 'limits', 'settings', 'performance', 'events'])
const asWide = (name: string): string => `---\naside: false\npageClass: wide ${name}\n---\n\n`

function place(source: string, path: string, language: Language): void {
  if (!existsSync(join(root, source))) return
  const text = adapted(readFileSync(join(root, source), 'utf8'), source, language)
  const name = basename(path, '.md')
  write(path, wide.has(name) ? asWide(name) + text : text)
}

const decisionText = (name: string): string => readFileSync(join(root, 'docs/adr', name), 'utf8')

/** All decisions on one page: they are short, and searched rather than read in order. */
function englishDecisions(): string {
  const texts = decisions().map((name) =>
    adapted(decisionText(name), `docs/adr/${name}`, 'en')
      .replace(/^#/gm, '##')
      .replace(/^## .*$/m, (heading) => `${heading} {#${numberOf(name)}}`),
  )
  return `# Decisions\n\nWhat we decided, why, and what else was considered.\n\n${texts.join('\n\n')}`
}

/** There are English pages of decisions alone. */
function chineseDecisions(): string {
  const titles = decisions().map((name) => {
    const [title = ''] = decisionText(name).split('\n')
    return `- [${title.replace('# ', '')}](/decisions#${numberOf(name)})`
  })
  return `# 设计决策\n\n记录所做的决定、理由和考虑过的其他方案。正文只有英文版。\n\n${titles.join('\n')}\n`
}

/** Puts together in `.src` what VitePress makes pages of. */
export function assemble(): void {
  rmSync(assembled, { recursive: true, force: true })
  place('guide/index.md', 'index.md', 'en')
  place('guide/index.zh-CN.md', 'zh/index.md', 'zh')
  for (const page of pages) {
    place(sourceOf(page, 'en'), `${page}.md`, 'en')
    place(sourceOf(page, 'zh'), `zh/${page}.md`, 'zh')
  }
  write('decisions.md', englishDecisions())
  write('zh/decisions.md', chineseDecisions())
  for (const folder of ['docs/images', 'bench/results'])
    for (const name of readdirSync(join(root, folder)))
      if (pictures.test(`${folder}/${name}`))
        cpSync(join(root, folder, name), join(assembled, 'public/images', name))
  for (const name of readdirSync(join(root, 'deploy'), { withFileTypes: true }))
    if (name.isFile()) cpSync(join(root, 'deploy', name.name), join(assembled, 'public/deploy', name.name))
}
