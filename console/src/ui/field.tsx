import { Field as Base } from '@base-ui/react/field'
import { Switch } from '@base-ui/react/switch'
import type { ComponentProps, ReactNode } from 'react'

export const inputClass =
  'h-9 w-full rounded-md border border-edge bg-panel px-2.5 text-ink placeholder:text-dim text-base sm:text-sm'

interface FieldProps {
  label: string
  hint?: ReactNode
  children: ReactNode
}

/** A control with its label above, and what it means below. */
export function Field({ label, hint, children }: FieldProps) {
  return (
    <Base.Root className="flex flex-col gap-1">
      <Base.Label className="text-[13px] font-medium">{label}</Base.Label>
      {children}
      {hint ? <Base.Description className="text-xs text-dim">{hint}</Base.Description> : null}
    </Base.Root>
  )
}

export function Input(props: Omit<ComponentProps<typeof Base.Control>, 'className'>) {
  return <Base.Control {...props} className={inputClass} />
}

export function TextArea({ rows = 3, ...props }: Omit<ComponentProps<'textarea'>, 'className'>) {
  return (
    <Base.Control
      render={<textarea rows={rows} {...props} />}
      className={`${inputClass} h-auto resize-y py-1.5`}
    />
  )
}

interface SelectProps {
  label: string
  value: string
  options: readonly (readonly [value: string, text: string])[]
  onChange(value: string): void
  /** Without a label of its own beside it. */
  bare?: boolean
  disabled?: boolean
}

/** The platform's own list: it works with every keyboard, phone and screen reader. */
export function Select({ label, value, options, onChange, bare, disabled = false }: SelectProps) {
  const control = (
    <select
      aria-label={label}
      value={value}
      disabled={disabled}
      onChange={(event) => onChange(event.target.value)}
      className={`${inputClass} ${bare ? 'w-auto!' : ''} pr-1`}
    >
      {options.map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  )
  if (bare) return control
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden="true" className="text-[13px] font-medium">
        {label}
      </span>
      {control}
    </div>
  )
}

interface ToggleProps {
  label: string
  checked: boolean
  onChange(checked: boolean): void
  disabled?: boolean
}

export function Toggle({ label, checked, onChange, disabled = false }: ToggleProps) {
  return (
    <Switch.Root
      aria-label={label}
      checked={checked}
      onCheckedChange={onChange}
      disabled={disabled}
      className="inline-flex h-5 w-9 shrink-0 items-center rounded-full border border-edge bg-raised p-px transition-colors data-checked:border-accent data-checked:bg-accent data-disabled:opacity-50"
    >
      <Switch.Thumb className="size-4 rounded-full bg-edge transition-transform data-checked:translate-x-4 data-checked:bg-accent-ink" />
    </Switch.Root>
  )
}
