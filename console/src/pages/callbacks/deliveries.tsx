import { useLingui } from '@lingui/react/macro'
import { type ReactNode, useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { from, usePages } from '../../api/pages.ts'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { Badge, Loading, Problem } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { AttemptBodies } from './attempt-bodies.tsx'
import { callbacksKey } from './rules.ts'

interface Props {
  app: AppPath
  callback: string
}

const pageSize = 50
/** They come with bodies. */
const attempts = 20

interface LineProps {
  at: number
  event: string
  room: string
  children: ReactNode
}

function Line({ at, event, room, children }: LineProps) {
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-1 border-t border-line px-4 py-2 first:border-0">
      <span className="text-dim">
        <Time at={at} short />
      </span>
      <span className="font-medium">{event}</span>
      <span className="font-mono text-xs text-dim">{room}</span>
      {children}
    </li>
  )
}

/** The latest attempts, and how they went. */
export function Deliveries({ app, callback, onReplay }: Props & { onReplay?: (since: number) => void }) {
  const { t, i18n } = useLingui()
  const [open, setOpen] = useState('')
  const { rows, error, refetch, more, hasMore } = usePages(
    [...callbacksKey(app), callback, 'deliveries'],
    async (cursor) => {
      const page = await call(
        api.GET('/{org_name}/{app_name}/callbacks/{callback_id}/deliveries', {
          params: {
            path: { ...app, callback_id: callback },
            query: { limit: attempts, bodies: true, ...from(cursor) },
          },
        }),
      )
      return { rows: page.data ?? [], cursor: page.cursor }
    },
  )
  return (
    <Card
      title={t`Latest attempts`}
      actions={<Button size="small" onClick={() => refetch()}>{t`Read again`}</Button>}
    >
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {rows || error ? null : <Loading rows={4} />}
      {rows?.length === 0 ? <p className="px-4 py-3 text-dim">{t`Nothing was delivered yet.`}</p> : null}
      <ul>
        {rows?.map((row) => {
          const id = `${row.callId} ${row.attempt} ${row.timestamp}`
          return (
            <Line key={id} at={row.timestamp} event={row.event} room={row.chatroomid}>
              <Badge tone={row.error ? 'danger' : 'good'}>{row.error || row.status}</Badge>
              <span className="text-dim">
                {t`attempt ${row.attempt}`} · {i18n.number(row.duration)} ms
              </span>
              {row.error ? (
                <Button
                  size="small"
                  look="quiet"
                  aria-expanded={open === id}
                  onClick={() => setOpen(open === id ? '' : id)}
                >
                  {t`Request and answer`}
                </Button>
              ) : null}
              {open === id ? (
                <div className="flex w-full flex-col gap-3 pb-2">
                  <AttemptBodies request={row.request ?? ''} response={row.response ?? ''} />
                  {onReplay ? (
                    <Button size="small" className="self-start" onClick={() => onReplay(row.timestamp)}>
                      {t`Deliver again from here…`}
                    </Button>
                  ) : null}
                </div>
              ) : null}
            </Line>
          )
        })}
      </ul>
      {hasMore ? (
        <Button look="quiet" className="m-2" onClick={more}>
          {t`Show older ones`}
        </Button>
      ) : null}
    </Card>
  )
}

/** What was given up, and trying it again. */
export function Dead({ app, callback }: Props) {
  const { t } = useLingui()
  const may = useMay()
  const key = callbacksKey(app)
  const act = useAct(key)
  const at = { path: { ...app, callback_id: callback } }
  const { rows } = usePages([...key, callback, 'dead'], async (cursor) => {
    const page = await call(
      api.GET('/{org_name}/{app_name}/callbacks/{callback_id}/dead', {
        params: { ...at, query: { limit: pageSize, ...from(cursor) } },
      }),
    )
    return { rows: page.data ?? [], cursor: page.cursor }
  })
  if (!rows || rows.length === 0) return null
  const retry = (): Promise<void> =>
    act(
      call(api.POST('/{org_name}/{app_name}/callbacks/{callback_id}/dead/retry', { params: at })),
      t`They are tried again`,
    )
  return (
    <Card
      title={t`Given up`}
      actions={
        may('admin') ? (
          <Button size="small" look="accent" onClick={retry}>
            {t`Try all again`}
          </Button>
        ) : null
      }
    >
      <ul>
        {rows.map((row) => (
          <Line key={row.callId} at={row.timestamp} event={row.event} room={row.chatroomid}>
            <Badge tone="danger">{row.error}</Badge>
            <span className="text-dim">{t`${row.attempts} attempts`}</span>
          </Line>
        ))}
      </ul>
    </Card>
  )
}
