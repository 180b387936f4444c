import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { appSettings } from '../src/domain/app-settings.ts'
import type { Limit } from '../src/domain/limits/limit.ts'
import { limits } from '../src/domain/limits.ts'
import { settings } from '../src/operator/settings.ts'

const declared: [string, Limit][] = Object.entries(limits)

/** Numbers that sound like ceilings and bound nothing that a client or an operator could use up. */
const noCeilings = new Set([
  'src/engine/postgres.ts batchLimit',
  'src/engine/writer-messages.ts batchLimit',
  'src/operations/rooms/room-details.ts several',
])

/** Constants written as numbers whose name or comment speaks of a ceiling. */
function ceilingsOf(path: string, text: string): string[] {
  const written =
    /(\/\*\*(?:(?!\*\/).)*\*\/\n)?(?:export )?const (\w+) = (?:[\d_]+(?: \* [\d_]+)*|\{[^}]*\b(?:most|hard|limit): \d[^}]*\})$/gms
  return [...text.matchAll(written)]
    .filter(([whole]) => /limit|most\b|longest|largest|remembered|waiting|deepest|\bceiling/i.test(whole))
    .map(([, , name]) => `${path} ${name}`)
}

test('every ceiling of the source is declared in src/domain/limits.ts', () => {
  const found: string[] = []
  for (const path of new Bun.Glob('src/**/*.ts').scanSync())
    if (!/\.test\.ts$|^src\/domain\/limits|migrations|protocol\.ts$/.test(path))
      found.push(...ceilingsOf(path, readFileSync(path, 'utf8')))
  // Move each of these to src/domain/limits.ts, which documents it.
  expect(found.filter((each) => !noCeilings.has(each))).toEqual([])
})

test('a constant that is a ceiling is distinguished from one that is none', () => {
  const text =
    '/** Most keys of a call. */\nconst keys = 10\n\n/** How often. */\nconst every = 10\n\nconst page = { default: 1, most: 9 }\n'
  expect(ceilingsOf('a', text)).toEqual(['a keys', 'a page'])
})

test('a ceiling that is a setting has the default of the setting', () => {
  for (const [name, { setting, value }] of declared) {
    if (setting === undefined) continue
    const all: Record<string, { default: string }> = setting.startsWith('app:') ? appSettings : settings
    expect(`${name} ${all[setting.replace('app:', '')]?.default}`).toBe(`${name} ${value}`)
  }
})

test('every ceiling is described in both languages, with what happens beyond it', () => {
  const pages = {
    en: readFileSync('docs/limits.md', 'utf8'),
    zh: readFileSync('docs/limits.zh-CN.md', 'utf8'),
  }
  for (const [, limit] of declared)
    for (const language of ['en', 'zh'] as const) {
      expect(pages[language]).toContain(`| ${limit[language]} | `)
      expect(limit.beyond[language]).not.toBe('')
    }
  for (const [name, { zh, beyond }] of declared)
    expect(`${name} ${zh} ${beyond.zh}`).toMatch(/\p{Script=Han}.* .*\p{Script=Han}/u)
})
