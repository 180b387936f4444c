import 'uplot/dist/uPlot.min.css'
import { useLingui } from '@lingui/react/macro'
import { useEffect, useRef } from 'react'
import UPlot from 'uplot'
import { useIsDark } from '../theme.ts'

export interface Series {
  title: string
  colour: 'accent' | 'danger' | 'good' | 'warn'
  values: (number | null)[]
}

interface ChartProps {
  label: string
  /** Unix ms. */
  times: readonly number[]
  series: readonly Series[]
  unit?: string
}

const height = 140

/** What is shown, also while there is less. */
const windowSeconds = 300

const colourOf = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()

const dataOf = (times: readonly number[], series: readonly Series[]): UPlot.AlignedData => [
  times.map((time) => time / 1000),
  ...series.map(({ values }) => values),
]

/** Lines over time; the figures themselves stand beside it as text. */
export function Chart({ label, times, series, unit = '' }: ChartProps) {
  const { i18n } = useLingui()
  const place = useRef<HTMLDivElement>(null)
  const plot = useRef<UPlot>(undefined)
  const latest = useRef({ times, series })
  latest.current = { times, series }
  const isDark = useIsDark()
  const shape = series.map(({ title, colour }) => `${title}:${colour}`).join()
  const { locale } = i18n

  useEffect(() => {
    const target = place.current
    if (!target) return
    const grid = { stroke: colourOf('line'), width: 1 }
    const axis = { stroke: colourOf('dim'), grid, ticks: { show: false }, font: '11px sans-serif' }
    const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit', hour12: false })
    const figure = new Intl.NumberFormat(locale, { maximumFractionDigits: 1, notation: 'compact' })
    const made = new UPlot(
      {
        width: target.clientWidth,
        height,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { range: (_, __, last) => [last - windowSeconds, last] },
          y: { range: (_, __, most) => [0, Math.max(most * 1.15, 1)] },
        },
        axes: [
          {
            ...axis,
            space: 80,
            size: 24,
            values: (_, splits) => splits.map((at) => clock.format(at * 1000)),
          },
          { ...axis, size: 52, values: (_, splits) => splits.map((value) => figure.format(value) + unit) },
        ],
        series: [
          {},
          ...latest.current.series.map(({ colour }) => ({
            stroke: colourOf(colour),
            width: 1.75,
            points: { show: false },
          })),
        ],
      },
      dataOf(latest.current.times, latest.current.series),
      target,
    )
    plot.current = made
    const watching = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height }))
    watching.observe(target)
    return () => {
      watching.disconnect()
      made.destroy()
    }
    // Drawn anew in other colours, another language, or where the lines themselves are others.
  }, [isDark, locale, unit, shape])

  useEffect(() => {
    plot.current?.setData(dataOf(times, series))
  }, [times, series])

  return <div ref={place} role="img" aria-label={label} className="h-35 w-full min-w-0 overflow-hidden" />
}
