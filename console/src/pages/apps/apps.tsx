import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { AppWindow, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { type AppRow, appsQuery, linkOf, pathOf } from '../../api/app.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Column, DataTable } from '../../ui/table.tsx'
import { CreateApp } from './create-app.tsx'

export function Apps() {
  const { t, i18n } = useLingui()
  const may = useMay()
  const [isCreating, setCreating] = useState(false)
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
    <Page
      title={t`Apps`}
      lead={t`Each app has rooms and users of its own.`}
      actions={
        may('admin') ? (
          <Button look="accent" onClick={() => setCreating(true)}>
            <Plus size={16} aria-hidden="true" />
            {t`Create app`}
          </Button>
        ) : null
      }
    >
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
                {t`Create one: your server then asks for tokens with its credentials.`}
              </Empty>
            }
          />
        ) : null}
      </Card>
      {isCreating ? <CreateApp onClose={() => setCreating(false)} /> : null}
    </Page>
  )
}
