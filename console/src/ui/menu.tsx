import { Menu as Base } from '@base-ui/react/menu'
import type { ReactElement, ReactNode } from 'react'

interface MenuProps {
  /** The button that opens it. */
  trigger: ReactElement
  /** It is open as it appears. */
  defaultOpen?: boolean
  children: ReactNode
}

export function Menu({ trigger, defaultOpen = false, children }: MenuProps) {
  return (
    <Base.Root modal={false} defaultOpen={defaultOpen}>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner sideOffset={4} align="end" className="z-50 outline-none">
          <Base.Popup className="max-h-[min(70vh,var(--available-height))] min-w-44 overflow-y-auto rounded-lg border border-line bg-panel p-1 shadow-xl outline-none">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  )
}

interface ItemProps {
  onClick(): void
  isDanger?: boolean
  isChosen?: boolean
  children: ReactNode
}

export function MenuItem({ onClick, isDanger, isChosen, children }: ItemProps) {
  return (
    <Base.Item
      onClick={onClick}
      className={`flex min-h-8 items-center gap-2 rounded-md px-2 py-1 outline-none data-highlighted:bg-raised ${isDanger ? 'text-danger' : ''} ${isChosen ? 'font-semibold' : ''}`}
    >
      {children}
    </Base.Item>
  )
}

export function MenuGroup({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Base.Group>
      <Base.GroupLabel className="px-2 pt-1.5 pb-0.5 text-xs text-dim">{title}</Base.GroupLabel>
      {children}
    </Base.Group>
  )
}

export const MenuLine = () => <Base.Separator className="my-1 h-px bg-line" />
