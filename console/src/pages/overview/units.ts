import { useLingui } from '@lingui/react/macro'

const steps = ['B', 'KiB', 'MiB', 'GiB', 'TiB']

/** Bytes in the unit that reads best. */
export function useBytes(): (bytes: number) => string {
  const { i18n } = useLingui()
  return (bytes) => {
    const step = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), steps.length - 1)
    return `${i18n.number(bytes / 1024 ** step, { maximumFractionDigits: 1 })} ${steps[step]}`
  }
}

/** Seconds in the unit that reads best. */
export function useDuration(): (seconds: number) => string {
  const { i18n } = useLingui()
  const said = (value: number, unit: string): string =>
    i18n.number(Math.floor(value), { style: 'unit', unit, unitDisplay: 'long' })
  return (seconds) => {
    if (seconds < 60) return said(seconds, 'second')
    if (seconds < 3600) return said(seconds / 60, 'minute')
    return seconds < 86_400 ? said(seconds / 3600, 'hour') : said(seconds / 86_400, 'day')
  }
}
