import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Glob } from 'bun'
import { pages as guidePages, sourceOf } from '../../guide/pages.ts'
import { slug } from '../../guide/slug.ts'

const architecture = ['docs/architecture.md', 'docs/architecture.zh-CN.md']
// Bun's Glob finds nothing by braces around a slash.
const pages = ['*.md', 'client/*.md', 'docs/**/*.md'].flatMap((each) => [...new Glob(each).scanSync()]).sort()

const namedIn = (path: string): string[] =>
  [...readFileSync(path, 'utf8').matchAll(/(?:src|test)\/[\w./-]*[\w/]|\.dependency-cruiser\.cjs/g)].map(
    ([name]) => name,
  )

test('11.5 every file and folder that docs/architecture.md names is there', () => {
  for (const path of architecture) {
    expect(namedIn(path).length).toBeGreaterThan(40)
    expect(namedIn(path).filter((name) => !existsSync(name))).toEqual([])
  }
})

test('11.5 both languages of docs/architecture.md draw the same three pictures', () => {
  const [english = '', chinese = ''] = architecture.map((path) => readFileSync(path, 'utf8'))
  expect(english.match(/```mermaid/g)).toHaveLength(3)
  expect(chinese.match(/```mermaid/g)).toHaveLength(3)
  const [ours, theirs] = architecture.map((path) => namedIn(path))
  expect(theirs).toEqual(ours as string[])
})

test('11.5 every folder of src is in docs/architecture.md', () => {
  const folders = new Set([...new Glob('src/*/**/*.ts').scanSync()].map((path) => path.split('/')[1]))
  for (const path of architecture) {
    const text = readFileSync(path, 'utf8')
    expect([...folders].filter((name) => !text.includes(`| \`src/${name}/\` |`))).toEqual([])
  }
})

test('11.5 every link from a page to a file of the project leads somewhere', () => {
  expect(pages.length).toBeGreaterThan(100)
  const broken: string[] = []
  for (const page of pages)
    for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]+)\)/g)) {
      const [path = ''] = target.split('#')
      if (path === '' || /^[a-z]+:/.test(path)) continue
      if (!existsSync(join(dirname(page), path))) broken.push(`${page}: ${target}`)
    }
  expect(broken).toEqual([])
})

/** Anchors of the headings of a page. */
function anchorsOf(path: string): string[] {
  const text = readFileSync(path, 'utf8').replace(/^```.*?^```/gms, '')
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => slug(heading.replace(/[`*]/g, '')))
}

test('17.8 every link from a page to a heading leads to a heading', () => {
  const broken: string[] = []
  for (const page of pages)
    for (const [, target = ''] of readFileSync(page, 'utf8').matchAll(/\]\(([^)\s]*#[^)\s]+)\)/g)) {
      const [path = '', anchor = ''] = target.split('#')
      if (/^[a-z]+:/.test(path)) continue
      const file = path === '' ? page : join(dirname(page), path)
      if (!anchorsOf(file).includes(anchor)) broken.push(`${page}: ${target}`)
    }
  expect(broken).toEqual([])
})

test('17.8 every page of docs/ is in the guide, in English and in Chinese', () => {
  const sources = guidePages.flatMap((page) => [sourceOf(page, 'en'), sourceOf(page, 'zh')])
  expect(sources.filter((path) => !existsSync(path))).toEqual([])
  const unlisted = [...new Glob('docs/*.md').scanSync()].filter((path) => !sources.includes(path))
  expect(unlisted).toEqual([])
})

/** What both languages of a page have alike: its headings by their levels, its blocks of code, and the rows of its tables. */
function outlineOf(path: string) {
  const text = readFileSync(path, 'utf8')
  const prose = text.replace(/^ *```.*?^ *```/gms, '')
  const levels = [...prose.matchAll(/^(#+) /gm)].map(([, marks = '']) => marks.length).join('')
  return { levels, blocks: text.match(/^ *```/gm)?.length, rows: prose.match(/^\|/gm)?.length }
}

test('17.8 every page of the guide has the same sections, blocks and rows in both languages', () => {
  for (const page of guidePages) {
    const [english, chinese] = [outlineOf(sourceOf(page, 'en')), outlineOf(sourceOf(page, 'zh'))]
    // Failures that differ in English words alone share a row in Chinese.
    if (page === 'errors') chinese.rows = english.rows
    expect({ page, ...chinese }).toEqual({ page, ...english })
  }
})

test('11.5 decisions have a number each, and the title of a page begins with it', () => {
  const files = [...new Glob('docs/adr/*.md').scanSync()].sort()
  const numbers = files.map((path) => /\/(\d{4})-/.exec(path)?.[1] ?? path)
  expect(numbers.filter((number, at) => numbers.indexOf(number) !== at)).toEqual([])
  const untitled = files.filter((path, at) => !readFileSync(path, 'utf8').startsWith(`# ${numbers[at]}. `))
  expect(untitled).toEqual([])
})
