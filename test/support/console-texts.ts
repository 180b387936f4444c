import { readFileSync } from 'node:fs'

/** Quoted lines, of which a text of a catalogue consists. */
const read = (lines: string): string =>
  lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .join('')

const entry = /^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)/gm

/** Finds texts of the console in a language by what stands in the source, which is English; `values` are for the names in braces. */
export function consoleTexts(language: 'en' | 'zh-CN') {
  const catalogue = readFileSync(`console/src/locales/${language}.po`, 'utf8')
  const texts = new Map(
    [...catalogue.matchAll(entry)].map(([, id = '', text = '']) => [read(id), read(text)]),
  )
  return (english: string, values: Record<string, string> = {}): string => {
    const text = texts.get(english)
    if (!text) throw new Error(`the console has no text ${JSON.stringify(english)}`)
    return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole)
  }
}
