import { useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, TextArea } from '../../ui/field.tsx'
import { Loading, Problem } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { tell, tellProblem } from '../../ui/toast.tsx'
import { MessageBody } from '../room/message-body.tsx'
import { reportsKey } from './reports.tsx'

interface Line {
  msg_id: string
  timestamp: number
  from: string
  payload: { bodies?: Record<string, unknown>[] }
}

interface Props {
  app: AppPath
  message: string
  onClose(): void
}

const dayMs = 86_400_000

/** Messages before and after it: what is to be done must stay in sight. */
const shownAround = 2

/** A reported message among those around it, with what can be done in one key. */
export function ReportDialog({ app, message, onClose }: Props) {
  const { t } = useLingui()
  const may = useMay()
  const path = { ...app, message_id: message }
  const { data, error } = useQuery({
    queryKey: [...reportsKey(app), 'one', message],
    queryFn: async () =>
      (
        await call(
          api.GET('/{org_name}/{app_name}/moderation/report/messages/{message_id}', { params: { path } }),
        )
      ).data,
  })
  const reported = (data?.message ?? undefined) as Line | undefined
  const lines = [
    ...(data?.before ?? []).slice(-shownAround),
    ...(reported ? [reported] : []),
    ...(data?.after ?? []).slice(0, shownAround),
  ] as Line[]
  const first = data?.reports[0]
  return (
    <Dialog wide open onClose={onClose} title={t`Reported message`}>
      {error ? <Problem error={error} /> : null}
      {data || error ? null : <Loading />}
      {data ? (
        <div className="flex flex-col gap-4">
          <ul className="flex flex-col gap-1">
            {data.reports.map((report) => (
              <li key={report.username}>
                <span className="font-medium">{report.username}</span>{' '}
                <span className="text-dim">
                  {report.report_type} · {report.report_reason} · <Time at={report.created} short />
                </span>
                {report.handled_by ? (
                  <span className="text-dim">
                    {' '}
                    · {t`handled by ${report.handled_by}`} {report.note}
                  </span>
                ) : null}
              </li>
            ))}
          </ul>
          <ul className="rounded-md border border-line">
            {lines.length === 0 ? (
              <li className="px-3 py-2 text-dim">{t`The message is not kept any more.`}</li>
            ) : null}
            {lines.map((line) => {
              const body = line.payload.bodies?.[0] ?? {}
              return (
                <li
                  key={line.msg_id}
                  className={`px-3 py-1.5 ${line.msg_id === message ? 'bg-danger-soft' : ''}`}
                >
                  <span className="font-semibold">{line.from}</span>{' '}
                  <span className={`text-xs ${line.msg_id === message ? 'text-ink' : 'text-dim'}`}>
                    <Time at={line.timestamp} short />
                  </span>
                  <div>
                    <MessageBody message={{ kind: String(body.type ?? ''), body }} />
                  </div>
                </li>
              )
            })}
          </ul>
          {first?.chatroom_id ? (
            <Link
              href={linkOf(app, `rooms/${first.chatroom_id}`)}
              className="self-start text-accent underline"
            >
              {t`Go to the chat room`}
            </Link>
          ) : null}
          {may('moderator') ? (
            <Decision
              app={app}
              message={message}
              room={first?.chatroom_id ?? ''}
              sender={first?.from ?? ''}
              isThere={reported !== undefined}
              onClose={onClose}
            />
          ) : null}
        </div>
      ) : null}
    </Dialog>
  )
}

interface DecisionProps extends Props {
  room: string
  sender: string
  isThere: boolean
}

function Decision({ app, message, room, sender, isThere, onClose }: DecisionProps) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const [note, setNote] = useState('')
  const at = { ...app, chatroom_id: room }

  async function decide(state: 'acted' | 'dismissed', ...before: (() => Promise<unknown>)[]): Promise<void> {
    try {
      for (const act of before) await act()
      await call(
        api.PUT('/{org_name}/{app_name}/moderation/report/messages/{message_id}', {
          params: { path: { ...app, message_id: message } },
          body: { state, ...(note ? { note } : {}) },
        }),
      )
      tell({ title: state === 'acted' ? t`Acted on` : t`Dismissed` })
      onClose()
    } catch (error) {
      tellProblem(error)
    }
    await queries.invalidateQueries({ queryKey: reportsKey(app) })
  }

  const remove = () =>
    call(
      api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}/messages/{message_id}', {
        params: { path: { ...at, message_id: message }, query: note ? { reason: note } : {} },
      }),
    )
  const mute = () =>
    call(
      api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/mute', {
        params: { path: at },
        body: { usernames: [sender], mute_duration: dayMs, ...(note ? { reason: note } : {}) },
      }),
    )
  const actions: [key: string, text: string, run: () => void, isDanger: boolean][] = [
    ...(isThere && room
      ? ([
          ['1', t`Delete it`, () => decide('acted', remove), true],
          ['2', t`Delete it, mute for a day`, () => decide('acted', remove, mute), true],
        ] as typeof actions)
      : []),
    ['3', t`Done otherwise`, () => decide('acted'), false],
    ['4', t`Dismiss`, () => decide('dismissed'), false],
  ]
  const run = (pressed: string): void => actions.find(([key]) => key === pressed)?.[2]()

  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if (event.target instanceof Element && event.target.closest('textarea, input')) return
      if (!event.ctrlKey && !event.metaKey && !event.altKey) run(event.key)
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  })

  return (
    <div className="flex flex-col gap-3">
      <Field label={t`Note`} hint={t`Who handles the next report reads it.`}>
        <TextArea rows={2} value={note} onChange={(event) => setNote(event.target.value)} maxLength={512} />
      </Field>
      {/* In sight however low the window is. */}
      <div className="sticky -bottom-4 -mx-4 -mb-4 flex flex-wrap gap-2 border-t border-line bg-panel px-4 py-3 sm:rounded-b-xl">
        {actions.map(([key, text, act, isDanger]) => (
          <Button key={key} look={isDanger ? 'danger' : 'plain'} onClick={act}>
            {text}
            <kbd className="font-mono text-xs">{key}</kbd>
          </Button>
        ))}
      </div>
    </div>
  )
}
