import { type ReactNode, useEffect } from 'react'

interface PageProps {
  title: string
  /** Beside the title. */
  actions?: ReactNode
  lead?: ReactNode
  children: ReactNode
  /** Fills the window instead of growing. */
  isFull?: boolean
}

export function Page({ title, actions, lead, children, isFull }: PageProps) {
  useEffect(() => {
    document.title = `${title} · chatroomd`
  }, [title])
  return (
    <div
      className={`mx-auto flex w-full max-w-7xl flex-col gap-4 p-4 sm:p-6 ${isFull ? 'h-full min-h-0' : ''}`}
    >
      <div className="flex min-h-9 flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <h1 className="text-xl font-semibold">{title}</h1>
        {actions ? (
          <div className="flex min-w-0 flex-wrap items-center gap-2 max-sm:[&:has(input)]:w-full">
            {actions}
          </div>
        ) : null}
      </div>
      {lead ? <p className="-mt-3 max-w-prose text-dim">{lead}</p> : null}
      {children}
    </div>
  )
}

export function Card({
  title,
  actions,
  children,
}: {
  title?: string
  actions?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="min-w-0 rounded-lg border border-line bg-panel">
      {title ? (
        <div className="flex min-h-11 flex-wrap items-center justify-between gap-2 border-b border-line px-4 py-1.5">
          <h2 className="font-semibold">{title}</h2>
          {actions}
        </div>
      ) : null}
      {children}
    </section>
  )
}
