import { useLingui } from '@lingui/react/macro'
import { CircleAlert, type LucideIcon } from 'lucide-react'
import type { ReactNode } from 'react'
import { Refusal } from '../api/refusal.ts'

/** What stands where there is nothing yet: what it would be, and what to do next. */
export function Empty({
  icon: Icon,
  title,
  children,
}: {
  icon: LucideIcon
  title: string
  children?: ReactNode
}) {
  return (
    <div className="flex flex-col items-center gap-2 px-4 py-12 text-center">
      <Icon size={28} className="text-dim" aria-hidden="true" />
      <p className="font-medium">{title}</p>
      {children ? <div className="max-w-prose text-dim">{children}</div> : null}
    </div>
  )
}

/** Why something was refused, in the server's words. */
export function Problem({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { t } = useLingui()
  const text = error instanceof Refusal ? error.message : t`The server did not answer.`
  return (
    <div role="alert" className="flex items-start gap-2 rounded-md bg-danger-soft px-3 py-2 text-danger">
      <CircleAlert size={16} className="mt-1 shrink-0" aria-hidden="true" />
      <div className="min-w-0 flex-1 break-words">
        {text}
        {error instanceof Refusal && error.word ? (
          <div className="text-xs">
            {error.status} {error.word} {error.requestId}
          </div>
        ) : null}
      </div>
      {onRetry ? (
        <button type="button" onClick={onRetry} className="font-semibold underline">{t`Try again`}</button>
      ) : null}
    </div>
  )
}

/** Takes the room that what is being read will take, so that the page does not jump. */
export function Loading({ rows = 6 }: { rows?: number }) {
  const { t } = useLingui()
  return (
    <div role="status" aria-label={t`Loading`} className="flex flex-col gap-2 p-4">
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className="h-6 animate-pulse rounded bg-raised" />
      ))}
    </div>
  )
}

const tones = {
  plain: 'bg-raised text-dim',
  accent: 'bg-accent-soft text-accent',
  good: 'bg-good-soft text-good',
  warn: 'bg-warn-soft text-warn',
  danger: 'bg-danger-soft text-danger',
} as const

export function Badge({ tone = 'plain', children }: { tone?: keyof typeof tones; children: ReactNode }) {
  return (
    <span
      className={`inline-flex items-center gap-1 rounded px-1.5 text-xs leading-5 font-medium whitespace-nowrap ${tones[tone]}`}
    >
      {children}
    </span>
  )
}
