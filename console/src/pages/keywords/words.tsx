import { useLingui } from '@lingui/react/macro'
import { Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { from, usePages } from '../../api/pages.ts'
import { useAct } from '../../ui/act.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { inputClass, Select } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Loading, Problem } from '../../ui/states.tsx'
import { type Action, keywordsKey, useActionNames } from './keywords.tsx'

interface Props {
  app: AppPath
  list: { id: string; name: string; action: Action; words: number }
  mayChange: boolean
}

const pageSize = 100

/** The words of a list, and how often each was met. */
export function Words({ app, list, mayChange }: Props) {
  const { t, i18n } = useLingui()
  const key = keywordsKey(app)
  const act = useAct(key)
  const names = useActionNames()
  const [text, setText] = useState('')
  const [isDeleting, setDeleting] = useState(false)
  const at = { params: { path: { ...app, list_id: list.id } } }
  const words = '/{org_name}/{app_name}/moderation/keyword_lists/{list_id}/words'
  const { rows, error, refetch, more, hasMore } = usePages([...key, 'words', list.id], async (cursor) => {
    const page = await call(
      api.GET(words, { params: { ...at.params, query: { limit: pageSize, ...from(cursor) } } }),
    )
    return { rows: page.data ?? [], cursor: page.cursor }
  })

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault()
    const added = text
      .split(/[\n,，、]/)
      .map((word) => word.trim())
      .filter(Boolean)
    await act(call(api.POST(words, { ...at, body: { words: added } })), t`Added`)
    setText('')
  }

  const change = (action: string): Promise<void> =>
    act(
      call(
        api.PUT('/{org_name}/{app_name}/moderation/keyword_lists/{list_id}', {
          ...at,
          body: { action: action as Action },
        }),
      ),
    )

  return (
    <Card
      title={list.name}
      actions={
        mayChange ? (
          <span className="flex gap-2">
            <Select
              bare
              label={t`What happens to messages with its words`}
              value={list.action}
              onChange={change}
              options={Object.entries(names)}
            />
            <IconButton label={t`Delete the list`} onClick={() => setDeleting(true)}>
              <Trash2 size={16} aria-hidden="true" />
            </IconButton>
          </span>
        ) : null
      }
    >
      {mayChange ? (
        <form onSubmit={add} className="flex gap-2 p-4">
          <input
            required
            aria-label={t`Words, with commas between`}
            placeholder={t`Words, with commas between`}
            value={text}
            onChange={(event) => setText(event.target.value)}
            className={inputClass}
          />
          <Button type="submit">{t`Add`}</Button>
        </form>
      ) : null}
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {rows || error ? null : <Loading rows={4} />}
      {rows?.length === 0 ? <p className="px-4 pb-4 text-dim">{t`No words yet.`}</p> : null}
      <ul className="grid gap-x-4 px-4 pb-2 sm:grid-cols-2">
        {rows?.map(({ word, hits }) => (
          <li key={word} className="flex items-center gap-2 border-t border-line py-1">
            <span className="min-w-0 flex-1 truncate">{word}</span>
            <span className="text-xs text-dim">{t`${i18n.number(hits)} hits`}</span>
            {mayChange ? (
              <IconButton
                size="small"
                label={t`Remove ${word}`}
                onClick={() => act(call(api.DELETE(words, { ...at, body: { words: [word] } })), t`Removed`)}
              >
                <Trash2 size={14} aria-hidden="true" />
              </IconButton>
            ) : null}
          </li>
        ))}
      </ul>
      {hasMore ? (
        <Button look="quiet" className="m-2" onClick={more}>
          {t`Show more`}
        </Button>
      ) : null}
      <FormDialog
        open={isDeleting}
        onClose={() => setDeleting(false)}
        title={t`Delete the list ${list.name}?`}
        action={t`Delete`}
        isDanger
        typed={list.name}
        onSubmit={() =>
          act(call(api.DELETE('/{org_name}/{app_name}/moderation/keyword_lists/{list_id}', at)), t`Deleted`)
        }
      >
        <p>{t`Its ${i18n.number(list.words)} words go with it.`}</p>
      </FormDialog>
    </Card>
  )
}
