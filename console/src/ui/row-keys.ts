import { type RefObject, useEffect } from 'react'
import { isTyping } from './keys.ts'

/** `j` and `k` go through the rows of a table; the row that has the focus is opened by Enter. */
export function useRowKeys(
  place: RefObject<HTMLElement | null>,
  count: number,
  scrollTo: (index: number) => void,
): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (isTyping(event) || (event.key !== 'j' && event.key !== 'k')) return
      const row = document.activeElement?.closest<HTMLElement>('[data-row]')
      const current = row && place.current?.contains(row) ? Number(row.dataset.row) : -1
      const next = Math.min(Math.max(current + (event.key === 'j' ? 1 : -1), 0), count - 1)
      if (next < 0) return
      scrollTo(next)
      requestAnimationFrame(() => place.current?.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus())
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [place, count, scrollTo])
}
