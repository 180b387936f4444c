import { expect, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { commandLine } from '../../src/operator/cli.ts'
import { inChinese, pages } from '../support/commands.ts'

const program = commandLine(async () => {
  throw new Error('no server is started here')
})

/** Commands that sentences and tables name: `chatroomd app list`, `npm run chatroomd -- user create\|list`. */
const namedIn = (page: string): string[] =>
  [...readFileSync(page, 'utf8').matchAll(/`(?:npm run )?chatroomd (?:-- )?([\w<'][^`]*)`/g)].map(
    ([, named = '']) => named.replaceAll('\\|', '|'),
  )

/** `app list|show` is `app list` and `app show`. */
function alternatives(named: string): string[] {
  const [first = '', ...others] = named.split('|')
  const group = first.includes(' ') ? first.slice(0, first.lastIndexOf(' ')) : ''
  return [first, ...others.map((each) => `${group} ${each}`.trim())]
}

const below = (command: Command, word: string): Command | undefined =>
  command.commands.find((each) => each.name() === word)

/** What is wrong with a command that a page names; nothing where it could be typed. */
function wrongWith(named: string): string | undefined {
  const words = named.replace(/ (\[[^\]]*\]|--help)/g, '').match(/'[^']*'|[^ ]+/g) ?? []
  let command = program
  while (words[0] !== undefined && below(command, words[0]))
    command = below(command, words.shift() as string) as Command
  const options = words.filter((word) => word.startsWith('--'))
  const known = new Set(command.options.map(({ long }) => long))
  const unknown = options.filter((word) => !known.has(word))
  if (unknown.length > 0) return `${named}: no ${unknown.join(', ')}`
  if (command === program || (command.commands.length > 0 && words.length > options.length))
    return `${named}: no such command`
  return undefined
}

test('17.8 every command that a page names is there, with its options', () => {
  const wrong = pages
    .flatMap((page) => [page, inChinese(page)])
    .filter(existsSync)
    .flatMap((page) =>
      namedIn(page)
        .flatMap(alternatives)
        .map(wrongWith)
        .filter(Boolean)
        .map((why) => `${page}: ${why}`),
    )
  expect(wrong).toEqual([])
})

test('17.8 the table of commands of README.md has them all, in both languages', () => {
  const all = (command: Command, path: string): string[] =>
    command.commands.length === 0
      ? [path]
      : command.commands.flatMap((each) => all(each, `${path} ${each.name()}`.trim()))
  for (const page of ['README.md', 'README.zh-CN.md']) {
    const rows = readFileSync(page, 'utf8').match(/^\| `npm run chatroomd -- .*$/gm) ?? []
    const named = rows
      .map((row) => /chatroomd -- ([^`]+)`/.exec(row)?.[1]?.replaceAll('\\|', '|') ?? '')
      .flatMap((each) => alternatives(each))
    expect(
      all(program, '').filter(
        (path) => path !== 'serve' && !named.some((each) => `${each} `.startsWith(`${path} `)),
      ),
    ).toEqual([])
  }
})

test('17.8 every call of an app that a page names is served', () => {
  const { paths } = JSON.parse(readFileSync('docs/openapi.json', 'utf8')) as { paths: Record<string, object> }
  const form = (path: string) => path.replace(/\{[^}]*\}|:\w+/g, '*')
  const known = new Set(
    Object.entries(paths).flatMap(([path, calls]) =>
      Object.keys(calls).map((method) => `${method.toUpperCase()} ${form(path)}`),
    ),
  )
  const isServed = (method: string, path: string): boolean =>
    ['', '/*/*'].some((app) => known.has(`${method} ${app}${form(path)}`))
  const unknown = pages
    .filter((page) => page !== 'docs/served.md' && page !== 'CHANGELOG.md')
    .flatMap((page) => [page, inChinese(page)])
    .filter(existsSync)
    .flatMap((page) => [
      ...readFileSync(page, 'utf8').matchAll(/`(GET|POST|PUT|DELETE) (\/(?!console)[^`\s?]*)[^`\s]*`/g),
    ])
    .filter(([, method = '', path = '']) => !isServed(method, path))
    .map(([call]) => call)
  expect(unknown).toEqual([])
})
