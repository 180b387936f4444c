import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import type { AppPath } from '../../api/client.ts'
import { usePages } from '../../api/pages.ts'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { Badge, Loading, Problem } from '../../ui/states.tsx'
import { HoldsUntil } from '../../ui/time.tsx'
import { callsOf } from '../room/moderation-calls.ts'
import { UnbanDialog } from '../room/unban-dialog.tsx'
import { readSanctions, type Sanction, userKey } from './user-queries.ts'

interface Props {
  app: AppPath
  user: string
}

/** In which chat rooms a user is muted or may not come in, and until when; each can be lifted. */
export function UserSanctions({ app, user }: Props) {
  const { t } = useLingui()
  const may = useMay()
  const act = useAct(userKey(app, user))
  const { rows, error, refetch, more, hasMore } = usePages([...userKey(app, user), 'sanctions'], (cursor) =>
    readSanctions(app, user, cursor),
  )
  const [unbanning, setUnbanning] = useState('')
  function lift({ kind, chatroom, expire }: Sanction): void {
    if (kind === 'blocked') {
      setUnbanning(chatroom)
      return
    }
    const calls = callsOf(app, chatroom)
    void act(calls.unmute(user), t`${user} may speak again`, () => calls.muteUntil(user, expire))
  }
  return (
    <Card title={t`Sanctions`}>
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {rows || error ? null : <Loading rows={2} />}
      {rows?.length === 0 ? (
        <p className="px-4 py-3 text-dim">{t`Muted in no chat room, and banned from none.`}</p>
      ) : null}
      <ul>
        {rows?.map((sanction) => {
          const { kind, chatroom, name, expire, reason } = sanction
          return (
            <li
              key={`${kind} ${chatroom}`}
              className="flex items-center justify-between gap-3 border-t border-line px-4 py-2 first:border-0"
            >
              <div className="min-w-0">
                <div className="flex flex-wrap items-center gap-2">
                  <Badge tone={kind === 'muted' ? 'warn' : 'danger'}>
                    {kind === 'muted' ? t`Muted` : t`Banned`}
                  </Badge>
                  <Link
                    href={`${linkOf(app, `rooms/${chatroom}`)}?tab=sanctions`}
                    className="break-all text-accent hover:underline"
                  >
                    {name || chatroom}
                  </Link>
                </div>
                <div className="text-xs text-dim">
                  <HoldsUntil at={expire} />
                  {reason ? ` · ${reason}` : ''}
                </div>
              </div>
              {may('moderator') ? (
                <Button size="small" onClick={() => lift(sanction)}>
                  {kind === 'muted' ? t`Unmute` : t`Let come back…`}
                </Button>
              ) : null}
            </li>
          )
        })}
      </ul>
      {hasMore ? (
        <Button look="quiet" className="m-2" onClick={more}>
          {t`Show more`}
        </Button>
      ) : null}
      {unbanning ? (
        <UnbanDialog
          user={user}
          onClose={() => setUnbanning('')}
          onUnban={(reason) => act(callsOf(app, unbanning).unban(user, reason), t`${user} may come back`)}
        />
      ) : null}
    </Card>
  )
}
