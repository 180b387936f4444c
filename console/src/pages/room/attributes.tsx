import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { useAct } from '../../ui/act.ts'
import { Button, IconButton } from '../../ui/button.tsx'
import { inputClass } from '../../ui/field.tsx'
import { roomKey } from './room-feed.ts'
import { attributesQuery, detailsQuery } from './room-queries.ts'

interface Props {
  app: AppPath
  room: string
  mayChange: boolean
}

/** The custom attributes of a room. They are set in the name of its owner. */
export function Attributes({ app, room, mayChange }: Props) {
  const { t } = useLingui()
  const save = useAct(roomKey(app, room))
  const [key, setKey] = useState('')
  const [value, setValue] = useState('')
  const { data: attributes = {} } = useQuery(attributesQuery(app, room))
  const { data: details } = useQuery(detailsQuery(app, room))
  const at = { params: { path: { ...app, chatroom_id: room, username: details?.owner ?? '' } } }
  const entries = Object.entries(attributes)

  async function add(event: FormEvent): Promise<void> {
    event.preventDefault()
    const setting = api.PUT('/{org_name}/{app_name}/metadata/chatroom/{chatroom_id}/user/{username}/forced', {
      ...at,
      body: { metaData: { [key]: value }, autoDelete: 'NO_DELETE' },
    })
    await save(call(setting))
    setKey('')
    setValue('')
  }

  const remove = (name: string): Promise<void> =>
    save(
      call(
        api.DELETE('/{org_name}/{app_name}/metadata/chatroom/{chatroom_id}/user/{username}/forced', {
          ...at,
          body: { keys: [name] },
        }),
      ),
    )

  return (
    <section className="flex flex-col gap-2">
      <h2 className="text-[13px] font-medium">{t`Attributes`}</h2>
      {entries.length === 0 ? <p className="text-dim">{t`None.`}</p> : null}
      <ul>
        {entries.map(([name, text]) => (
          <li key={name} className="flex items-center gap-2 border-t border-line py-1">
            <span className="min-w-0 flex-1 break-words">
              <span className="font-mono text-xs">{name}</span> <span className="text-dim">{text}</span>
            </span>
            {mayChange ? (
              <IconButton size="small" label={t`Remove ${name}`} onClick={() => remove(name)}>
                <Trash2 size={14} aria-hidden="true" />
              </IconButton>
            ) : null}
          </li>
        ))}
      </ul>
      {mayChange ? (
        <form onSubmit={add} className="flex items-center gap-2">
          <input
            required
            aria-label={t`Key`}
            placeholder={t`Key`}
            value={key}
            onChange={(event) => setKey(event.target.value)}
            className={inputClass}
          />
          <input
            required
            aria-label={t`Value`}
            placeholder={t`Value`}
            value={value}
            onChange={(event) => setValue(event.target.value)}
            className={inputClass}
          />
          <Button type="submit">{t`Set`}</Button>
        </form>
      ) : null}
    </section>
  )
}
