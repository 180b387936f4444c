import { useLingui } from '@lingui/react/macro'
import { type ReactNode, useEffect } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { from, usePages } from '../../api/pages.ts'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
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

/** Reads on until the attempt is there that the address names; ids fall. */
function useWanted(wanted: string, rows: readonly { id: string }[] | undefined, more: () => void): void {
  const last = rows?.at(-1)?.id
  useEffect(() => {
    if (wanted !== '' && last !== undefined && Number(last) > Number(wanted)) more()
  }, [wanted, last, more])
}

/** The latest attempts, and how they went. Which one is open stands in the address. */
export function Deliveries({ app, callback, onReplay }: Props & { onReplay?: (since: number) => void }) {
  const { t } = useLingui()
  const [open, setOpen] = useParam('delivery')
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
  useWanted(open, rows, more)
  return (
    <Card
      title={t`Latest attempts`}
      actions={<Button size="small" onClick={() => refetch()}>{t`Read again`}</Button>}
    >
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {rows || error ? null : <Loading rows={4} />}
      {rows?.length === 0 ? <p className="px-4 py-3 text-dim">{t`Nothing was delivered yet.`}</p> : null}
      <ul>
        {rows?.map((row) => (
          <Attempt
            key={row.id}
            app={app}
            callback={callback}
            row={row}
            isOpen={open === row.id}
            onOpen={(isOpen) => setOpen(isOpen ? row.id : '')}
            {...(onReplay ? { onReplay } : {})}
          />
        ))}
      </ul>
      {hasMore ? (
        <Button look="quiet" className="m-2" onClick={more}>
          {t`Show older ones`}
        </Button>
      ) : null}
    </Card>
  )
}

interface Delivery {
  id: string
  timestamp: number
  event: string
  chatroomid: string
  error: string
  status: number
  attempt: number
  duration: number
  request?: string
  response?: string
}

interface AttemptProps extends Props {
  row: Delivery
  isOpen: boolean
  onOpen(isOpen: boolean): void
  /** Left out for those who may only look, and for rules that are asked before. */
  onReplay?: (since: number) => void
}

function Attempt({ app, callback, row, isOpen, onOpen, onReplay }: AttemptProps) {
  const { t, i18n } = useLingui()
  const act = useAct(callbacksKey(app))
  const { id, timestamp, event, chatroomid, error, status, request = '', response = '' } = row
  const resend = (): Promise<void> =>
    act(
      call(
        api.POST('/{org_name}/{app_name}/callbacks/{callback_id}/deliveries/{delivery_id}/resend', {
          params: { path: { ...app, callback_id: callback, delivery_id: id } },
        }),
      ),
      t`It is delivered again`,
    )
  return (
    <Line at={timestamp} event={event} room={chatroomid}>
      <Badge tone={error ? 'danger' : 'good'}>{error || status}</Badge>
      <span className="text-dim">
        {t`attempt ${row.attempt}`} · {i18n.number(row.duration)} ms
      </span>
      <Button size="small" look="quiet" aria-expanded={isOpen} onClick={() => onOpen(!isOpen)}>
        {t`Request and answer`}
      </Button>
      {isOpen ? (
        <div className="flex w-full flex-col gap-3 pb-2">
          <AttemptBodies request={request} response={response} />
          {onReplay ? (
            <div className="flex flex-wrap gap-2">
              {request === '' ? null : (
                <Button size="small" onClick={resend}>
                  {t`Deliver this one again`}
                </Button>
              )}
              <Button size="small" onClick={() => onReplay(timestamp)}>
                {t`Deliver again from here…`}
              </Button>
            </div>
          ) : null}
        </div>
      ) : null}
    </Line>
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
