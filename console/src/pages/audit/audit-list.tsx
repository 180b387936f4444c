import { useLingui } from '@lingui/react/macro'
import { useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { callsQuery } from '../../api/calls.ts'
import { type AppPath, api, call } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { Empty, Loading, Problem } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'

const pageSize = 50

const operators = 'operator:'

/** Who did it: a user, an operator of this console, or the app's own server. */
function Actor({ name }: { name: string }) {
  const { t } = useLingui()
  if (name.startsWith(operators)) return t`operator ${name.slice(operators.length)}`
  return name === '@ppAdmin' || name === '' ? t`the app's server` : name
}

interface Entry {
  timestamp: number
  chatroomid: string
  operator: string
  operation: string
  changes: { type: string; [name: string]: unknown }[]
}

function read(app: AppPath, room: string | undefined, cursor: string) {
  const query = { limit: pageSize, ...(cursor ? { cursor } : {}) }
  return room
    ? call(
        api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/audit', {
          params: { path: { ...app, chatroom_id: room }, query },
        }),
      )
    : call(api.GET('/{org_name}/{app_name}/audit', { params: { path: app, query } }))
}

/** Who changed what, the latest first. */
export function AuditList({ app, room }: { app: AppPath; room?: string }) {
  const { t, i18n } = useLingui()
  const { data: calls } = useQuery(callsQuery(i18n.locale))
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetching } = useInfiniteQuery({
    queryKey: [
      ...(room ? ['room', app.org_name, app.app_name, room] : ['app', app.org_name, app.app_name]),
      'audit',
    ],
    queryFn: ({ pageParam }) => read(app, room, pageParam),
    initialPageParam: '',
    getNextPageParam: ({ cursor }) => cursor,
  })
  if (error) return <Problem error={error} onRetry={refetch} />
  if (!data) return <Loading />
  const entries = data.pages.flatMap((page) => page.data ?? []) as Entry[]
  if (entries.length === 0)
    return <Empty icon={ScrollText} title={t`Nothing has changed in the days that are kept.`} />
  return (
    <div className="flex flex-col">
      <ul>
        {entries.map((entry) => (
          <li
            key={`${entry.timestamp} ${entry.operation} ${JSON.stringify(entry.changes)}`}
            className="border-b border-line px-4 py-2"
          >
            <div className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span>
                <span className="font-medium" title={entry.operation}>
                  {calls?.get(entry.operation) ?? entry.operation}
                </span>{' '}
                <span className="text-dim">
                  <Actor name={entry.operator} />
                </span>
              </span>
              <span className="text-xs text-dim">
                <Time at={entry.timestamp} short />
              </span>
            </div>
            {room || !entry.chatroomid ? null : (
              <Link
                href={linkOf(app, `rooms/${entry.chatroomid}`)}
                className="font-mono text-xs text-accent hover:underline"
              >
                {entry.chatroomid}
              </Link>
            )}
            {entry.changes.map(({ type, ...change }) => (
              <div key={type + JSON.stringify(change)} className="font-mono text-xs break-all text-dim">
                {type} {JSON.stringify(change)}
              </div>
            ))}
          </li>
        ))}
      </ul>
      {hasNextPage ? (
        <Button look="quiet" disabled={isFetching} onClick={() => fetchNextPage()} className="m-2">
          {t`Show older ones`}
        </Button>
      ) : null}
    </div>
  )
}
