import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { type ReactNode, useState } from 'react'
import type { AppPath } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { HoldsUntil } from '../../ui/time.tsx'
import type { Moderation } from './moderation.ts'
import { bannedQuery, mutedQuery } from './room-queries.ts'
import { UnbanDialog } from './unban-dialog.tsx'

interface ListProps {
  title: string
  none: string
  rows: readonly { user: string; expire: number; reason?: string }[]
  actionOf?: (user: string) => ReactNode
}

function List({ title, none, rows, actionOf }: ListProps) {
  return (
    <section className="flex flex-col gap-1">
      <h2 className="text-[13px] font-semibold">
        {title} <span className="font-normal text-dim">{rows.length}</span>
      </h2>
      {rows.length === 0 ? <p className="text-dim">{none}</p> : null}
      <ul>
        {rows.map(({ user, expire, reason }) => (
          <li key={user} className="flex items-center gap-2 border-t border-line py-1.5">
            <div className="min-w-0 flex-1">
              <div className="truncate">{user}</div>
              <div className="text-xs text-dim">
                <HoldsUntil at={expire} />
                {reason ? ` · ${reason}` : ''}
              </div>
            </div>
            {actionOf?.(user)}
          </li>
        ))}
      </ul>
    </section>
  )
}

/** Who may not speak, and who may not come back. */
export function Sanctions({
  app,
  room,
  moderation,
}: {
  app: AppPath
  room: string
  moderation: Moderation | undefined
}) {
  const { t } = useLingui()
  const [unbanning, setUnbanning] = useState('')
  const { data: muted = [] } = useQuery(mutedQuery(app, room))
  const { data: banned = [] } = useQuery(bannedQuery(app, room))
  return (
    <div className="flex flex-col gap-6 p-4">
      <List
        title={t`Muted`}
        none={t`Nobody is muted.`}
        rows={muted}
        {...(moderation
          ? {
              actionOf: (user: string) => (
                <Button size="small" onClick={() => moderation.unmute(user)}>{t`Unmute`}</Button>
              ),
            }
          : {})}
      />
      <List
        title={t`Banned`}
        none={t`Nobody is banned.`}
        rows={banned}
        {...(moderation
          ? {
              actionOf: (user: string) => (
                <Button size="small" onClick={() => setUnbanning(user)}>{t`Let come back…`}</Button>
              ),
            }
          : {})}
      />
      {moderation && unbanning ? (
        <UnbanDialog
          user={unbanning}
          onClose={() => setUnbanning('')}
          onUnban={(reason) => moderation.unban(unbanning, reason)}
        />
      ) : null}
    </div>
  )
}
