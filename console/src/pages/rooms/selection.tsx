import { useLingui } from '@lingui/react/macro'
import { ChevronDown, X } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '../../ui/button.tsx'
import { Menu, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { type BulkAction, bulkActions, isDestructive, useActionNames } from './bulk.ts'

/** Which rooms are chosen: some, or all that a filter finds, however many. */
export interface Selection {
  ids: ReadonlySet<string>
  isAll: boolean
  has(id: string): boolean
  toggle(ids: readonly string[], isOn: boolean): void
  chooseAll(): void
  clear(): void
}

/** What is chosen; all that match are chosen only as long as one looks for the same. */
export function useSelection(filter: string): Selection {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set())
  const [allOf, setAllOf] = useState<string>()
  const isAll = allOf === filter
  return {
    ids,
    isAll,
    has: (id) => isAll || ids.has(id),
    toggle(some, isOn) {
      const next = new Set(ids)
      for (const id of some) {
        if (isOn) next.add(id)
        else next.delete(id)
      }
      setIds(next)
    },
    chooseAll: () => setAllOf(filter),
    clear() {
      setIds(new Set())
      setAllOf(undefined)
    },
  }
}

interface BoxProps {
  label: string
  checked: boolean
  disabled?: boolean
  onChange(isOn: boolean): void
}

export function Box({ label, checked, disabled = false, onChange }: BoxProps) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      disabled={disabled}
      onChange={(event) => onChange(event.target.checked)}
      className="block size-4.5 accent-accent"
    />
  )
}

interface BarProps {
  selection: Selection
  /** Whether what is looked for can be a filter of a job. */
  mayChooseAll: boolean
  onAction(action: BulkAction): void
}

/** What can be done to what is chosen. */
export function SelectionBar({ selection, mayChooseAll, onAction }: BarProps) {
  const { t, i18n } = useLingui()
  const names = useActionNames()
  const { ids, isAll, chooseAll, clear } = selection
  if (!isAll && ids.size === 0) return null
  const count = i18n.number(ids.size)
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1 rounded-t-lg border-b border-line bg-accent-soft py-1.5 pr-1.5 pl-3">
      <span role="status" className="font-medium">
        {isAll ? t`All that match are selected` : t`${count} selected`}
      </span>
      {isAll || !mayChooseAll ? null : (
        <button type="button" onClick={chooseAll} className="text-accent underline">
          {t`Select all that match`}
        </button>
      )}
      <span className="ml-auto flex items-center gap-1">
        <Menu
          trigger={
            <Button look="accent" size="small">
              {t`Actions`}
              <ChevronDown size={14} aria-hidden="true" />
            </Button>
          }
        >
          {bulkActions.map((action) => (
            <div key={action}>
              {action === 'transfer' ? <MenuLine /> : null}
              <MenuItem isDanger={isDestructive(action)} onClick={() => onAction(action)}>
                {names[action]}…
              </MenuItem>
            </div>
          ))}
        </Menu>
        <IconButton size="small" label={t`Select none`} onClick={clear}>
          <X size={14} aria-hidden="true" />
        </IconButton>
      </span>
    </div>
  )
}
