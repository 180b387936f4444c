import { useLingui } from '@lingui/react/macro'

/** Past this moment it is as good as never: mutes and bans without an end have such a time. */
const never = Date.UTC(2100, 0)

export const isForEver = (time: number): boolean => time < 0 || time > never

const formats = new Map<string, Intl.DateTimeFormat>()

/** A format is made once: making one takes longer than a hundred uses of it. */
function formatOf(locale: string, name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale} ${name}`
  const format = formats.get(key) ?? new Intl.DateTimeFormat(locale, options)
  formats.set(key, format)
  return format
}

const clock = { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false } as const
const day = {
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hour12: false,
} as const

/** A moment in the viewer's own zone. */
export function Time({ at, short }: { at: number; short?: boolean }) {
  const { i18n } = useLingui()
  if (!at) return <span className="text-dim">–</span>
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const { locale } = i18n
  const format = short && isToday ? formatOf(locale, 'clock', clock) : formatOf(locale, 'day', day)
  const full = formatOf(locale, 'full', { dateStyle: 'full', timeStyle: 'long' }).format(date)
  return (
    <time dateTime={date.toISOString()} title={full} className="whitespace-nowrap">
      {format.format(date)}
    </time>
  )
}

/** Until when something holds, in words. */
export function HoldsUntil({ at }: { at: number }) {
  const { t } = useLingui()
  if (isForEver(at)) return <span>{t`for ever`}</span>
  return (
    <span>
      {t`until`} <Time at={at} short />
    </span>
  )
}

/** When something ends. */
export function Until({ at }: { at: number }) {
  const { t } = useLingui()
  return isForEver(at) ? <span>{t`for ever`}</span> : <Time at={at} short />
}
