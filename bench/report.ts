import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem } from 'node:os'
import { join } from 'node:path'
import pkg from '../package.json' with { type: 'json' }
import { type Figure, judged, median, reaches } from './figures.ts'
import { isPinned } from './processes.ts'

const number = (value: number): string => {
  if (!Number.isFinite(value)) return '–'
  if (value >= 1000) return Math.round(value).toLocaleString('en')
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

const spread = (values: number[]): string => `${number(Math.min(...values))}–${number(Math.max(...values))}`

function row(figure: Figure): string[] {
  const { what, at, values, unit, limits, limit, bar } = figure
  const ratio = limits ? `${number(median(judged(figure)))} (${spread(judged(figure))})` : ''
  const wanted = bar ? `${bar.at === 'least' ? '≥' : '≤'} ${number(bar.value)}` : ''
  const verdict = reaches(figure)
  return [
    what,
    at,
    `${number(median(values))} ${unit} (${spread(values)})`,
    limits ? `${number(median(limits))} ${unit}: ${limit}` : '',
    ratio,
    wanted,
    verdict === undefined ? '' : verdict ? 'reached' : '**missed**',
  ]
}

const head = ['what', 'at', 'median (spread)', 'limit', 'ratio (spread)', 'bar', '']

/** The figures as a Markdown table. */
const table = (figures: Figure[]): string =>
  [head, head.map(() => '---'), ...figures.map(row)].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const machine = () => ({
  processor: cpus()[0]?.model.trim() ?? 'unknown',
  cores: cpus().length,
  memoryGiB: Math.round(totalmem() / 1024 ** 3),
  kernel: release(),
  bun: Bun.version,
  chatroomd: pkg.version,
  pinned: isPinned,
})

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;')

/** Ratios to their limits as horizontal bars, each with its spread and, where there is one, the bar to reach. */
function chart(title: string, figures: Figure[]): string {
  const shown = figures.filter((figure) => figure.limits)
  const [left, width, line] = [330, 460, 26]
  const most = Math.max(1, ...shown.flatMap(judged))
  const x = (ratio: number) => left + (ratio / most) * width
  const bars = shown.map((figure, place) => {
    const top = 56 + place * line
    const ratios = judged(figure)
    const ratio = median(ratios)
    const colour = reaches(figure) === false ? '#c2410c' : '#0f766e'
    const middle = top + 8
    return [
      `<text x="${left - 10}" y="${top + 12}" text-anchor="end">${escaped(`${figure.what}, ${figure.at}`)}</text>`,
      `<rect x="${left}" y="${top}" width="${x(ratio) - left}" height="16" rx="3" fill="${colour}"/>`,
      `<line x1="${x(Math.min(...ratios))}" x2="${x(Math.max(...ratios))}" y1="${middle}" y2="${middle}" stroke="#111827" stroke-width="1.5"/>`,
      `<text x="${x(Math.max(...ratios)) + 8}" y="${top + 12}">${number(ratio)}</text>`,
      figure.bar
        ? `<line x1="${x(figure.bar.value)}" x2="${x(figure.bar.value)}" y1="${top - 3}" y2="${top + 19}" stroke="#dc2626" stroke-width="2"/>`
        : '',
    ].join('\n')
  })
  const height = 56 + shown.length * line + 24
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 90}" height="${height}" viewBox="0 0 ${left + width + 90} ${height}" font-family="system-ui, sans-serif" font-size="13" fill="#111827">
<title>${escaped(title)}</title>
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="20" y="24" font-size="17" font-weight="600">${escaped(title)}</text>
<text x="20" y="42" fill="#4b5563">Ratio to the limit measured in the same run; the black line is the spread, the red one the bar.</text>
${bars.join('\n')}
</svg>
`
}

/** Prints the table, and writes it as JSON, Markdown and a chart under bench/results/. */
export function report(name: string, title: string, figures: Figure[]): void {
  const dir = new URL('./results/', import.meta.url).pathname
  mkdirSync(dir, { recursive: true })
  const about = machine()
  console.log(`\n${title}\n${JSON.stringify(about)}\n\n${table(figures)}\n`)
  writeFileSync(join(dir, `${name}.json`), `${JSON.stringify({ title, machine: about, figures }, null, 1)}\n`)
  writeFileSync(join(dir, `${name}.md`), `${table(figures)}\n`)
  writeFileSync(join(dir, `${name}.svg`), chart(title, figures))
  console.log(`Written to bench/results/${name}.json, .md and .svg`)
}
