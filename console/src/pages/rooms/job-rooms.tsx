import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call, isRefusal } from '../../api/client.ts'
import { usePages } from '../../api/pages.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { Scroller } from '../../ui/scroller.tsx'
import { Badge, Loading, Problem } from '../../ui/states.tsx'
import { type Job, type JobRoom, readJobRooms } from './bulk.ts'

/** No more than one call for details takes. */
const pageSize = 50

const nameKey = (app: AppPath) => ['names', app.org_name, app.app_name]

/** Names of rooms that are still there. */
async function readNames(app: AppPath, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map()
  try {
    const { data } = await call(
      api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}', {
        params: { path: { ...app, chatroom_id: ids.join() } },
      }),
    )
    const rooms = (Array.isArray(data) ? data : [data]) as { id: string; name?: string }[]
    return new Map(rooms.flatMap(({ id, name }) => (name === undefined ? [] : [[id, name]])))
  } catch (error) {
    if (isRefusal(error, 404)) return new Map()
    throw error
  }
}

/** Whether a room can be there still, or yet. */
const isThere =
  ({ action, dry_run }: Job) =>
  ({ room, outcome }: JobRoom): boolean =>
    room !== '' && (action !== 'dissolve' || dry_run || outcome !== 'done')

const outcomes = ['', 'done', 'refused', 'changed', 'pending'] as const

/** What became of each room, or would. */
export function JobRooms({ app, job }: { app: AppPath; job: Job }) {
  const { t } = useLingui()
  const place = useRef<HTMLElement>(null)
  const [outcome, setOutcome] = useState('')
  const { rows, error, refetch, more, hasMore } = usePages(
    ['bulk', app.org_name, app.app_name, job.id, 'rooms', outcome],
    async (cursor) => {
      const page = await readJobRooms(app, job.id, outcome, cursor, pageSize)
      const names = await readNames(
        app,
        page.rows.filter(isThere(job)).map(({ room }) => room),
      )
      return { ...page, rows: page.rows.map((row) => ({ ...row, name: names.get(row.room) ?? '' })) }
    },
  )
  const titles: Record<string, string> = {
    '': t`All of them`,
    done: job.dry_run ? t`Would be done` : t`Done`,
    refused: t`Refused`,
    changed: t`Changed meanwhile`,
    pending: t`Not reached`,
  }
  if (job.total === 0) return <p className="text-dim">{t`No chat room matches.`}</p>
  return (
    <section className="flex flex-col gap-2">
      {job.refused + job.changed > 0 || job.state === 'stopped' ? (
        <Select
          bare
          label={t`Outcome`}
          value={outcome}
          onChange={setOutcome}
          options={outcomes.map((name) => [name, titles[name] ?? name])}
        />
      ) : null}
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {rows || error ? null : <Loading rows={3} />}
      <Scroller
        ref={place}
        label={t`Chat rooms`}
        className="max-h-[34vh] overflow-y-auto rounded-md border border-line"
      >
        <ul>
          {rows?.map((row, index) => (
            <Row key={row.room || index} app={app} row={row} job={job} />
          ))}
        </ul>
        {hasMore ? <Button look="quiet" onClick={more}>{t`Show more`}</Button> : null}
      </Scroller>
    </section>
  )
}

/** The name that a room had when it was tried out is kept where it is gone by now. */
function useName(app: AppPath, { room, name }: JobRoom & { name: string }): string {
  const { data } = useQuery({
    queryKey: [...nameKey(app), room],
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    queryFn: () => name,
  })
  return name || data || ''
}

function Row({ app, row, job }: { app: AppPath; row: JobRoom & { name: string }; job: Job }) {
  const { t, i18n } = useLingui()
  const name = useName(app, row)
  const members = i18n.number(row.members)
  const messages = i18n.number(row.messages ?? 0)
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-t border-line px-3 py-1.5 first:border-0">
      <span className="min-w-0 flex-1 truncate">
        {row.name ? (
          <Link href={linkOf(app, `rooms/${row.room}`)} className="font-medium hover:underline">
            {name}
          </Link>
        ) : (
          name
        )}{' '}
        <span className="font-mono text-xs text-dim">{row.room}</span>
      </span>
      {row.members > 0 ? (
        <span className="text-xs text-dim">
          {job.action === 'add_members' ? t`New members: ${members}` : t`Members: ${members}`}
        </span>
      ) : null}
      {row.messages ? <span className="text-xs text-dim">{t`Messages: ${messages}`}</span> : null}
      {row.outcome === 'refused' || row.outcome === 'changed' ? (
        <span className="flex w-full items-start gap-2 text-xs text-danger">
          <Badge tone={row.outcome === 'refused' ? 'danger' : 'warn'}>
            {row.outcome === 'refused' ? t`Refused` : t`Changed meanwhile`}
          </Badge>
          <span className="min-w-0 break-words">{row.error_description}</span>
        </span>
      ) : null}
    </li>
  )
}
