import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { AppWindow } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { type AppRow, appsQuery, linkOf, pathOf } from '../api/app.ts'
import { Card, Page } from '../ui/page.tsx'
import { Empty, Loading, Problem } from '../ui/states.tsx'
import { type Column, DataTable } from '../ui/table.tsx'

export function Apps() {
  const { t, i18n } = useLingui()
  const [, go] = useLocation()
  const { data, error, refetch } = useQuery(appsQuery)
  const columns: Column<AppRow>[] = [
    {
      id: 'app',
      title: t`App`,
      sortBy: ({ key }) => key,
      cell: ({ key }) => (
        <Link href={linkOf(pathOf(key), 'rooms')} className="font-medium text-accent hover:underline">
          {key}
        </Link>
      ),
    },
    {
      id: 'rooms',
      title: t`Chat rooms`,
      isNumber: true,
      sortBy: ({ rooms }) => rooms,
      cell: ({ rooms }) => i18n.number(rooms),
    },
    {
      id: 'users',
      title: t`Users`,
      isNumber: true,
      sortBy: ({ users }) => users,
      cell: ({ users }) => i18n.number(users),
    },
  ]
  return (
    <Page title={t`Apps`} lead={t`Each app has rooms and users of its own.`}>
      <Card>
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {data === undefined && !error ? <Loading rows={3} /> : null}
        {data ? (
          <DataTable
            label={t`Apps`}
            rows={data}
            columns={columns}
            idOf={({ key }) => key}
            onOpen={({ key }) => go(linkOf(pathOf(key), 'rooms'))}
            empty={
              <Empty icon={AppWindow} title={t`There is no app yet.`}>
                <code className="font-mono">chatroomd app create org#name</code>
              </Empty>
            }
          />
        ) : null}
      </Card>
    </Page>
  )
}
