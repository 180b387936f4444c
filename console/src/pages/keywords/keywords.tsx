import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { ListX, Plus } from 'lucide-react'
import { useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { TestBox } from './test-box.tsx'
import { Words } from './words.tsx'

export type Action = 'report' | 'replace' | 'refuse'

export const keywordsKey = (app: AppPath): string[] => ['keywords', app.org_name, app.app_name]

export const listsQuery = (app: AppPath) => ({
  queryKey: [...keywordsKey(app), 'lists'],
  queryFn: async () =>
    (await call(api.GET('/{org_name}/{app_name}/moderation/keyword_lists', { params: { path: app } })))
      .data ?? [],
})

export function useActionNames(): Record<Action, string> {
  const { t } = useLingui()
  return { report: t`report`, replace: t`replace by *`, refuse: t`refuse` }
}

/** Lists of words, and what happens to messages with them. */
export function Keywords({ app }: AppPageProps) {
  const { t, i18n } = useLingui()
  const may = useMay()
  const names = useActionNames()
  const [chosen, choose] = useParam('list')
  const [isCreating, setCreating] = useState(false)
  const { data: lists, error, refetch } = useQuery(listsQuery(app))
  const list = lists?.find(({ id }) => id === chosen) ?? lists?.[0]
  return (
    <Page
      title={t`Keywords`}
      lead={t`Messages of clients with these words are reported, masked or refused.`}
      actions={
        may('admin') ? (
          <Button look="accent" onClick={() => setCreating(true)}>
            <Plus size={16} aria-hidden="true" />
            {t`Create list`}
          </Button>
        ) : null
      }
    >
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {may('moderator') ? <TestBox app={app} /> : null}
      <div className="grid gap-4 md:grid-cols-[18rem_1fr]">
        <Card title={t`Lists`}>
          {lists || error ? null : <Loading rows={3} />}
          {lists?.length === 0 ? (
            <Empty icon={ListX} title={t`There is no list yet.`}>
              {t`Create one, and add words to it.`}
            </Empty>
          ) : null}
          <ul className="p-1">
            {lists?.map(({ id, name, action, words, hits }) => (
              <li key={id}>
                <button
                  type="button"
                  aria-current={id === list?.id}
                  onClick={() => choose(id)}
                  className={`flex w-full flex-col rounded-md px-3 py-2 text-left ${id === list?.id ? 'bg-accent-soft' : 'hover:bg-raised'}`}
                >
                  <span className="flex items-center gap-2">
                    <span className="min-w-0 truncate font-medium">{name}</span>
                    <Badge tone={action === 'refuse' ? 'danger' : 'warn'}>{names[action]}</Badge>
                  </span>
                  <span className="text-xs text-dim">
                    {t`${i18n.number(words)} words, ${i18n.number(hits)} hits`}
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </Card>
        {list ? <Words key={list.id} app={app} list={list} mayChange={may('admin')} /> : null}
      </div>
      <CreateList app={app} open={isCreating} onClose={() => setCreating(false)} />
    </Page>
  )
}

function CreateList({ app, open, onClose }: { app: AppPath; open: boolean; onClose(): void }) {
  const { t } = useLingui()
  const act = useAct(keywordsKey(app))
  const names = useActionNames()
  const [name, setName] = useState('')
  const [action, setAction] = useState<Action>('refuse')
  const create = async (): Promise<void> => {
    const created = call(
      api.POST('/{org_name}/{app_name}/moderation/keyword_lists', {
        params: { path: app },
        body: { name, action },
      }),
    )
    await created
    await act(created, t`Created`)
  }
  return (
    <FormDialog open={open} onClose={onClose} title={t`Create list`} action={t`Create`} onSubmit={create}>
      <Field label={t`Name`}>
        <Input value={name} onValueChange={setName} required />
      </Field>
      <Select
        label={t`What happens to messages with its words`}
        value={action}
        onChange={(value) => setAction(value as Action)}
        options={Object.entries(names)}
      />
    </FormDialog>
  )
}
