import { useLingui } from '@lingui/react/macro'
import { Flag } from 'lucide-react'
import { type AppPath, api, call } from '../../api/client.ts'
import { from, usePages } from '../../api/pages.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Select } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Column, DataTable } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'
import { ReportDialog } from './report-dialog.tsx'

interface Report {
  msg_id: string
  username: string
  report_type: string
  report_reason: string
  created: number
  chatroom_id: string
  from: string
  state: 'open' | 'dismissed' | 'acted'
  handled_by: string
}

export const reportsKey = (app: AppPath): string[] => ['reports', app.org_name, app.app_name]

const pageSize = 50

function useStateNames(): Record<Report['state'], string> {
  const { t } = useLingui()
  return { open: t`Open`, acted: t`Acted on`, dismissed: t`Dismissed` }
}

const tones = { open: 'danger', acted: 'good', dismissed: 'plain' } as const

function useColumns(): Column<Report>[] {
  const { t } = useLingui()
  const states = useStateNames()
  return [
    {
      id: 'reason',
      title: t`Reason`,
      className: 'max-w-0 w-full',
      cell: ({ report_type: type, report_reason: reason }) => (
        <span className="block truncate">
          <span className="font-medium">{type || t`no type`}</span> <span className="text-dim">{reason}</span>
        </span>
      ),
    },
    { id: 'from', title: t`Sender`, className: 'max-w-40 truncate', cell: (report) => report.from || '–' },
    {
      id: 'by',
      title: t`Reported by`,
      isWideOnly: true,
      className: 'max-w-40 truncate',
      cell: ({ username }) => username,
    },
    {
      id: 'at',
      title: t`Time`,
      isWideOnly: true,
      className: 'text-dim',
      cell: ({ created }) => <Time at={created} short />,
    },
    {
      id: 'state',
      title: t`State`,
      cell: ({ state, handled_by: handler }) => (
        <span title={handler}>
          <Badge tone={tones[state]}>{states[state]}</Badge>
        </span>
      ),
    },
  ]
}

/** What users have reported, and what was done about it. */
export function Reports({ app }: AppPageProps) {
  const { t } = useLingui()
  const [given, setState] = useParam('state')
  const [open, setOpen] = useParam('message')
  const states = useStateNames()
  const state = given || 'open'
  const columns = useColumns()
  const { rows, error, refetch, more } = usePages([...reportsKey(app), state], async (cursor) => {
    const page = await call(
      api.GET('/{org_name}/{app_name}/moderation/report/messages', {
        params: {
          path: app,
          query: { limit: pageSize, ...(state === 'all' ? {} : { state }), ...from(cursor) },
        },
      }),
    )
    return { rows: (page.data ?? []) as Report[], cursor: page.cursor }
  })
  return (
    <Page
      isFull
      title={t`Reports`}
      actions={
        <Select
          bare
          label={t`State`}
          value={state}
          onChange={setState}
          options={[...Object.entries(states), ['all', t`All`]]}
        />
      }
    >
      <div className="flex min-h-0 flex-1 flex-col rounded-lg border border-line bg-panel">
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {rows || error ? null : <Loading rows={8} />}
        {rows ? (
          <DataTable
            label={t`Reports`}
            rows={rows}
            columns={columns}
            idOf={({ msg_id, username }) => `${msg_id} ${username}`}
            onOpen={({ msg_id }) => setOpen(msg_id)}
            onEnd={more}
            empty={
              <Empty icon={Flag} title={state === 'open' ? t`Nothing waits for you.` : t`There is none.`}>
                {t`Reports come from your clients (reportMessage), and from keyword lists that report.`}
              </Empty>
            }
          />
        ) : null}
      </div>
      {open ? <ReportDialog app={app} message={open} onClose={() => setOpen('')} /> : null}
    </Page>
  )
}
