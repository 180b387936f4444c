import { constants } from 'node:os'

let isWatched = false

/** Ends the process by SIGPIPE when nobody reads its output any more, as after `| head`, like other programs. */
function endWithReader(): void {
  isWatched = true
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') process.stderr.write(`chatroomd: ${error.message}\n`)
    process.exit(error.code === 'EPIPE' ? 128 + constants.signals.SIGPIPE : 1)
  })
}

/** Writes a line to standard output. */
export function say(line: string): void {
  if (!isWatched) endWithReader()
  process.stdout.write(`${line}\n`)
}

/** How many columns of a terminal a text takes: characters of East Asian scripts take two. */
const padded = (text: string, width: number): string => text + ' '.repeat(width - Bun.stringWidth(text))

/** Control characters of texts that users have chosen, which would move the cursor of a terminal. */
const control = /\p{Cc}/gu

/** A value as a terminal may show it. */
export const shown = (value: unknown): string =>
  (typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value ?? '')).replace(
    control,
    '\u{fffd}',
  )

/** The lines of a table with aligned columns, the names of the columns first. */
export function tableLines(columns: string[], rows: Record<string, unknown>[]): string[] {
  const lines = [
    columns.map((name) => name.toUpperCase()),
    ...rows.map((row) => columns.map((name) => shown(row[name]))),
  ]
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => Bun.stringWidth(line[at] ?? ''))))
  return lines.map((line) =>
    line
      .map((text, at) => padded(text, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

export const table = (columns: string[], rows: Record<string, unknown>[]): void =>
  tableLines(columns, rows).forEach(say)

/** Names and values of one thing, a line each. */
export function fields(thing: Record<string, unknown>): void {
  const width = Math.max(...Object.keys(thing).map((name) => name.length))
  for (const [name, value] of Object.entries(thing)) say(`${name.padEnd(width)}  ${shown(value)}`)
}

/** JSON, with those control characters escaped that JSON itself leaves as they are. */
export const json = (value: object): void =>
  say(
    JSON.stringify(value, null, 2).replace(
      /[\u007f-\u009f]/g,
      (character) => `\\u00${character.charCodeAt(0).toString(16)}`,
    ),
  )
