import { type RefObject, useEffect } from 'react'
import { isWriting } from './keys.ts'

/** A list of which only the rows in sight are drawn. */
interface Virtual {
  count: number
  scrollTo(index: number): void
}

const virtuals = new WeakMap<Element, Virtual>()

/** Lets the keys reach rows of a list that are not drawn yet; `data-row` of each is its place. */
export function useVirtualRows(
  place: RefObject<HTMLElement | null>,
  count: number,
  scrollTo: (index: number) => void,
): void {
  useEffect(() => {
    if (place.current) virtuals.set(place.current, { count, scrollTo })
  })
}

const listed = 'ul:not(.list-disc) > li, tbody > tr'

/** What is on top: the dialog that was opened last, or the page. */
const topmost = (): Element | null =>
  [...document.querySelectorAll('[role=dialog]:not([data-toast])')].at(-1) ?? document.querySelector('main')

/** Rows of all lists that are drawn whole, one after the other. */
const wholeRows = (scope: Element): HTMLElement[] =>
  [...scope.querySelectorAll<HTMLElement>(listed)].filter((row) => !row.closest('[data-list]'))

/** The row of a list that is drawn whole which has the focus; entries of the menu beside the page are none. */
function wholeRow(scope: Element): HTMLElement | undefined {
  const row = document.activeElement?.closest<HTMLElement>(listed)
  return row && scope.contains(row) ? row : undefined
}

/** The list of which only a part is drawn that the keys are for: it has the focus, or comes first. */
function virtualList(scope: Element): HTMLElement | undefined {
  const focused = document.activeElement?.closest<HTMLElement>('[data-list]')
  if (focused && scope.contains(focused)) return focused
  if (wholeRow(scope)) return undefined
  const first = [...scope.querySelectorAll<HTMLElement>(`[data-list], ${listed}`)][0]
  return first?.matches('[data-list]') ? first : undefined
}

const within = (place: number, count: number): number => Math.min(Math.max(place, 0), count - 1)

function stepVirtual(list: HTMLElement, { count, scrollTo }: Virtual, by: number): void {
  const row = document.activeElement?.closest<HTMLElement>('[data-row]')
  const next = within((row && list.contains(row) ? Number(row.dataset.row) : -1) + by, count)
  if (next < 0) return
  scrollTo(next)
  requestAnimationFrame(() => list.querySelector<HTMLElement>(`[data-row="${next}"]`)?.focus())
}

function step(by: 1 | -1): void {
  const scope = topmost()
  if (!scope) return
  const list = virtualList(scope)
  const virtual = list && virtuals.get(list)
  if (list && virtual) {
    stepVirtual(list, virtual, by)
    return
  }
  const rows = wholeRows(scope)
  const focused = wholeRow(scope)
  const next = rows[within((focused ? rows.indexOf(focused) : -1) + by, rows.length)]
  if (!next) return
  next.tabIndex = -1
  next.focus()
}

const focusedRow = (): HTMLElement | null | undefined =>
  document.activeElement?.closest<HTMLElement>(`[data-row], ${listed}`)

/** `j` and `k` go through the rows of a list, `x` selects the one that has the focus, and Enter opens it. */
export function useRowKeys(): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (isWriting(event)) return
      if (event.key === 'j') step(1)
      else if (event.key === 'k') step(-1)
      else if (event.key === 'x')
        focusedRow()?.querySelector<HTMLInputElement>('input[type=checkbox]')?.click()
      else if (event.key === 'Enter' && event.target === focusedRow() && !focusedRow()?.closest('table'))
        focusedRow()?.querySelector<HTMLElement>('a, button')?.click()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [])
}

/** What makes a list one whose rows the keys go through, though not all are drawn. */
export const keyList = { 'data-list': '' } as const
