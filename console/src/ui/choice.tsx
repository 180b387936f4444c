import { Autocomplete } from '@base-ui/react/autocomplete'
import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { inputClass } from './field.tsx'

export interface Choosable {
  value: string
  /** What it is, beside it. */
  text?: string | undefined
}

interface ChoiceProps {
  label: string
  value: string
  onChange(value: string): void
  /** What can be chosen, for what is typed so far; undefined while it is read. */
  options: readonly Choosable[] | undefined
  placeholder?: string
  required?: boolean
}

/** A box to type in with a list below it, of which one can be chosen; what is in no list can be typed, too. */
export function Choice({ label, value, onChange, options, placeholder = '', required = false }: ChoiceProps) {
  const { t } = useLingui()
  const [isOpen, setOpen] = useState(false)
  return (
    // Not the popup of the library: that hides the rest of the page from screen readers, which can still reach it.
    // biome-ignore lint/a11y/noStaticElementInteractions: it only hears what happens to the box within.
    <div
      className="relative"
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false)
      }}
      onKeyDown={({ key }) => {
        if (key === 'Escape') setOpen(false)
        else if (key === 'ArrowDown') setOpen(true)
      }}
    >
      <Autocomplete.Root
        inline
        open={isOpen}
        items={options ?? []}
        filter={null}
        value={value}
        onValueChange={(next) => {
          setOpen(true)
          onChange(next)
        }}
        itemToStringValue={(option: Choosable) => option.value}
      >
        <Autocomplete.Input
          aria-label={label}
          placeholder={placeholder}
          required={required}
          aria-expanded={isOpen}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          onClick={() => setOpen(true)}
          className={inputClass}
        />
        {isOpen ? (
          <div className="absolute inset-x-0 top-full z-30 mt-1 max-h-72 overflow-y-auto rounded-lg border border-line bg-panel p-1 shadow-xl">
            <Autocomplete.Empty className="px-2 text-dim not-empty:py-1.5">
              {options ? t`Nothing is found.` : t`Loading`}
            </Autocomplete.Empty>
            <Autocomplete.List aria-label={label}>
              {(option: Choosable) => (
                <Autocomplete.Item
                  key={option.value}
                  value={option}
                  onClick={() => {
                    setOpen(false)
                    onChange(option.value)
                  }}
                  className="flex min-h-8 items-baseline justify-between gap-3 rounded-md px-2 py-1 outline-none data-highlighted:bg-accent-soft"
                >
                  <span className="shrink-0">{option.value}</span>
                  <span className="min-w-0 truncate text-xs text-dim">{option.text}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </div>
        ) : null}
      </Autocomplete.Root>
    </div>
  )
}
