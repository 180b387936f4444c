import { Button as Base } from '@base-ui/react/button'
import type { ComponentProps, ReactNode } from 'react'

const looks = {
  plain: 'border-line bg-panel text-ink hover:bg-raised',
  accent: 'border-transparent bg-accent text-accent-ink hover:opacity-90',
  danger: 'border-transparent bg-danger-soft text-danger hover:opacity-85',
  quiet: 'border-transparent bg-transparent text-dim hover:bg-raised hover:text-ink',
} as const

export const buttonClass = (
  look: keyof typeof looks = 'plain',
  size: 'normal' | 'small' = 'normal',
): string =>
  `inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap select-none ` +
  `transition-colors data-disabled:opacity-55 ${size === 'small' ? 'h-7 px-2 text-[13px]' : 'h-9 px-3'} ${looks[look]}`

interface Props extends Omit<ComponentProps<typeof Base>, 'className'> {
  look?: keyof typeof looks
  size?: 'normal' | 'small'
  className?: string
}

export function Button({ look = 'plain', size = 'normal', className = '', ...props }: Props) {
  return <Base {...props} className={`${buttonClass(look, size)} ${className}`} />
}

/** A button that shows a picture alone; its words are there for screen readers and as a tip. */
export function IconButton({
  label,
  children,
  className = '',
  ...props
}: Omit<Props, 'children'> & { label: string; children: ReactNode }) {
  return (
    <Button
      look="quiet"
      {...props}
      aria-label={label}
      title={label}
      className={`aspect-square px-0 ${className}`}
    >
      {children}
    </Button>
  )
}
