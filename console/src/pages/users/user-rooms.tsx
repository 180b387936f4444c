import { useLingui } from '@lingui/react/macro'
import { MessagesSquare } from 'lucide-react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import type { AppPath } from '../../api/client.ts'
import { usePages } from '../../api/pages.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { Empty, Loading, Problem } from '../../ui/states.tsx'
import { readRooms, userKey } from './user-queries.ts'

interface Props {
  app: AppPath
  user: string
}

/** The chat rooms that a user is in, the latest first. */
export function UserRooms({ app, user }: Props) {
  const { t, i18n } = useLingui()
  const { rows, error, refetch, more, hasMore } = usePages([...userKey(app, user), 'rooms'], (cursor) =>
    readRooms(app, user, cursor),
  )
  const count = i18n.number(rows?.length ?? 0)
  return (
    <Card title={t`Chat rooms`}>
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {rows || error ? null : <Loading rows={3} />}
      {rows?.length === 0 ? <Empty icon={MessagesSquare} title={t`In no chat room.`} /> : null}
      <ul className="max-h-96 overflow-y-auto">
        {rows?.map(({ id, name }) => (
          <li key={id} className="border-t border-line px-4 py-2 first:border-0">
            <Link href={linkOf(app, `rooms/${id}`)} className="text-accent hover:underline">
              {name || id}
            </Link>
          </li>
        ))}
      </ul>
      {hasMore ? (
        <div
          role="status"
          className="flex flex-wrap items-center gap-x-3 gap-y-1 border-t border-line px-4 py-2 text-dim"
        >
          {t`The ${count} joined last are shown; there are more.`}
          <Button size="small" onClick={more}>
            {t`Show more`}
          </Button>
        </div>
      ) : null}
    </Card>
  )
}
