import { readFileSync } from 'node:fs'
import { Glob } from 'bun'

/** A fenced block of a page, without the spaces before each of its lines. */
export interface Block {
  page: string
  language: string
  lines: string
}

/** All pages that people read, in English; decisions and what is built are not among them. */
export const pages = ['*.md', 'docs/*.md', '{client,guide,bench}/*.md', 'deploy/**/*.md', 'examples/**/*.md']
  .flatMap((each) => [...new Glob(each).scanSync()])
  .filter((page) => !page.endsWith('.zh-CN.md'))
  .sort()

export const inChinese = (page: string): string => page.replace(/\.md$/, '.zh-CN.md')

export function blocksOf(page: string): Block[] {
  const found = readFileSync(page, 'utf8').matchAll(/^( *)```([^\n]*)\n(.*?)^\1```$/gms)
  return [...found].map(([, indent = '', language = '', lines = '']) => ({
    page,
    language,
    lines: lines.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
  }))
}

/** The commands of a page; where it has the marks of a tour, those between them. */
export function tourOf(page: string): string {
  const text = readFileSync(page, 'utf8')
  const tour = /<!-- tour -->(.*)<!-- \/tour -->/s.exec(text)?.[1] ?? ''
  return blocksOf(page)
    .filter(({ language, lines }) => language === 'sh' && tour.includes(lines))
    .map(({ lines }) => lines)
    .join('\n')
}
