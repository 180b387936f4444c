import { useLingui } from '@lingui/react/macro'

/** Past this moment it is as good as never: mutes and bans without an end have such a time. */
const never = Date.UTC(2100, 0)

const isForEver = (time: number): boolean => time < 0 || time > never

/** A moment in the viewer's own zone. */
export function Time({ at, short }: { at: number; short?: boolean }) {
  const { i18n } = useLingui()
  if (!at) return <span className="text-dim">–</span>
  const date = new Date(at)
  const isToday = date.toDateString() === new Date().toDateString()
  const options: Intl.DateTimeFormatOptions =
    short && isToday
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false }
      : {
          year: 'numeric',
          month: '2-digit',
          day: '2-digit',
          hour: '2-digit',
          minute: '2-digit',
          hour12: false,
        }
  const full = i18n.date(date, { dateStyle: 'full', timeStyle: 'long' })
  return (
    <time dateTime={date.toISOString()} title={full} className="whitespace-nowrap">
      {i18n.date(date, options)}
    </time>
  )
}

/** When something ends. */
export function Until({ at }: { at: number }) {
  const { t } = useLingui()
  return isForEver(at) ? <span>{t`for ever`}</span> : <Time at={at} short />
}
