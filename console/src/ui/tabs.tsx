import { Tabs as Base } from '@base-ui/react/tabs'
import type { ReactNode } from 'react'

interface Tab {
  id: string
  title: string
  content: ReactNode
  /** Beside the others where there is room for both. */
  isNarrowOnly?: boolean
}

interface TabsProps {
  label: string
  tabs: readonly Tab[]
  value: string
  onChange(id: string): void
}

/** Fills what it stands in; each content scrolls by itself. */
export function Tabs({ label, tabs, value, onChange }: TabsProps) {
  return (
    <Base.Root
      value={value}
      onValueChange={(next) => onChange(String(next))}
      className="flex h-full min-h-0 flex-col"
    >
      <Base.List aria-label={label} className="flex shrink-0 gap-1 overflow-x-auto border-b border-line px-2">
        {tabs.map(({ id, title, isNarrowOnly }) => (
          <Base.Tab
            key={id}
            value={id}
            className={`h-10 shrink-0 border-b-2 border-transparent px-2.5 text-dim data-active:border-accent data-active:font-semibold data-active:text-accent ${isNarrowOnly ? 'lg:hidden' : ''}`}
          >
            {title}
          </Base.Tab>
        ))}
      </Base.List>
      {tabs.map(({ id, content }) => (
        <Base.Panel key={id} value={id} className="min-h-0 flex-1 overflow-y-auto outline-none">
          {content}
        </Base.Panel>
      ))}
    </Base.Root>
  )
}
