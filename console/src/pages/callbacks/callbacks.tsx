import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Plus, Webhook } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Button } from '../../ui/button.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Column, DataTable } from '../../ui/table.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { type Rule, rulesQuery } from './rules.ts'

/** Where the app is told what happens. */
export function Callbacks({ app }: AppPageProps) {
  const { t } = useLingui()
  const may = useMay()
  const [, go] = useLocation()
  const [isCreating, setCreating] = useState(false)
  const { data, error, refetch } = useQuery(rulesQuery(app))
  const columns: Column<Rule>[] = [
    {
      id: 'name',
      title: t`Name`,
      sortBy: ({ name }) => name,
      cell: ({ id, name }) => (
        <Link href={linkOf(app, `callbacks/${id}`)} className="font-medium hover:text-accent hover:underline">
          {name}
        </Link>
      ),
    },
    {
      id: 'url',
      title: t`Address`,
      className: 'max-w-0 w-full truncate text-dim',
      cell: ({ url }) => url,
    },
    {
      id: 'when',
      title: t`When`,
      isWideOnly: true,
      className: 'whitespace-nowrap',
      cell: ({ when }) => (when === 'after' ? t`after events` : t`before a message is delivered`),
    },
    {
      id: 'state',
      title: t`State`,
      cell: ({ enabled }) => (enabled ? <Badge tone="good">{t`On`}</Badge> : <Badge>{t`Off`}</Badge>),
    },
  ]
  return (
    <Page
      title={t`Callbacks`}
      lead={t`Your server is called when something happens, or asked before a message is delivered.`}
      actions={
        may('admin') ? (
          <Button look="accent" onClick={() => setCreating(true)}>
            <Plus size={16} aria-hidden="true" />
            {t`Create rule`}
          </Button>
        ) : null
      }
    >
      <Card>
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {data || error ? null : <Loading rows={4} />}
        {data ? (
          <DataTable
            label={t`Callbacks`}
            rows={data}
            columns={columns}
            idOf={({ id }) => id}
            onOpen={({ id }) => go(linkOf(app, `callbacks/${id}`))}
            empty={
              <Empty icon={Webhook} title={t`There is no rule yet.`}>
                {t`Create one with the address of your server and the events it needs.`}
              </Empty>
            }
          />
        ) : null}
      </Card>
      {isCreating ? <RuleDialog app={app} onClose={() => setCreating(false)} /> : null}
    </Page>
  )
}
