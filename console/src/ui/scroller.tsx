import type { ReactNode, Ref } from 'react'
import { keyList } from './row-keys.ts'

interface Props {
  ref?: Ref<HTMLElement>
  label: string
  className: string
  /** The keys go through its rows. */
  isList?: boolean
  children: ReactNode
}

/** A part of the page that scrolls by itself, which the keyboard must reach. */
export function Scroller({ ref, label, className, isList, children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys scroll what has the focus.
    <section ref={ref} tabIndex={0} aria-label={label} className={className} {...(isList ? keyList : {})}>
      {children}
    </section>
  )
}
