import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { localOf } from '../../ui/local-time.ts'
import { Time } from '../../ui/time.tsx'
import { roomKey } from './room-feed.ts'
import { type Life, lifecycleQuery } from './room-queries.ts'

const durations = ['idle_timeout', 'empty_timeout', 'warn_before'] as const
const moments = ['opens_at', 'expires_at'] as const
const fields = [...durations, ...moments, 'keep'] as const

type Name = (typeof fields)[number]
type Texts = Record<Name, string>

const isMoment = (name: Name): boolean => (moments as readonly Name[]).includes(name)

/** A field as it is typed: empty where the room is as its app says. */
function textOf(life: Life, name: Name): string {
  const value = life[name]
  if (life.from_app.includes(name)) return ''
  if (!isMoment(name)) return String(value)
  return value === 0 ? '' : localOf(Number(value))
}

const textsOf = (life: Life): Texts =>
  Object.fromEntries(fields.map((name) => [name, textOf(life, name)])) as Texts

function typedValue(name: Name, text: string): number | boolean {
  if (name === 'keep') return text === 'true'
  return isMoment(name) ? new Date(text).getTime() : Number(text)
}

/** What the room sets itself: a call sets the whole. */
function ownOf(life: Life, texts: Texts) {
  const before = textsOf(life)
  const own = fields.flatMap((name): [Name, number | boolean][] => {
    if (texts[name] === before[name]) return life.from_app.includes(name) ? [] : [[name, life[name]]]
    return texts[name] === '' ? [] : [[name, typedValue(name, texts[name])]]
  })
  return Object.fromEntries(own)
}

interface Props {
  app: AppPath
  room: string
  mayChange: boolean
}

/** When the room opens, and when it is dissolved by itself. */
export function Lifecycle({ app, room, mayChange }: Props) {
  const { t } = useLingui()
  const { data: life } = useQuery(lifecycleQuery(app, room))
  if (!life) return null
  return (
    <section className="flex flex-col gap-3 border-t border-line pt-4">
      <h2 className="text-[13px] font-semibold">{t`Lifecycle`}</h2>
      <p className="text-dim">
        {life.dissolves_at ? (
          <>
            {t`If nothing happens, the room is dissolved:`} <Time at={life.dissolves_at} />
          </>
        ) : (
          t`The room is not dissolved by itself.`
        )}
      </p>
      <Form key={JSON.stringify(textsOf(life))} {...{ app, room, mayChange, life }} />
    </section>
  )
}

function Form({ app, room, mayChange, life }: Props & { life: Life }) {
  const { t } = useLingui()
  const save = useAct(roomKey(app, room))
  const [texts, setTexts] = useState(() => textsOf(life))
  const titles: Record<Name, string> = {
    idle_timeout: t`Dissolve after so many idle seconds`,
    empty_timeout: t`Dissolve after so many empty seconds`,
    warn_before: t`Warn members so many seconds before`,
    opens_at: t`Opens`,
    expires_at: t`Ends`,
    keep: t`Exempt from being dissolved`,
  }
  const change = (name: Name) => (text: string) => setTexts((before) => ({ ...before, [name]: text }))
  const isChanged = JSON.stringify(texts) !== JSON.stringify(textsOf(life))

  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const setting = api.PUT('/{org_name}/{app_name}/chatrooms/{chatroom_id}/lifecycle', {
      params: { path: { ...app, chatroom_id: room } },
      body: ownOf(life, texts),
    })
    void save(call(setting))
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3">
      {durations.map((name) => (
        <Field key={name} label={titles[name]}>
          <Input
            type="number"
            min={0}
            value={texts[name]}
            placeholder={String(life[name])}
            onValueChange={change(name)}
            readOnly={!mayChange}
          />
        </Field>
      ))}
      {moments.map((name) => (
        <Field key={name} label={titles[name]}>
          <Input
            type="datetime-local"
            value={texts[name]}
            onValueChange={change(name)}
            readOnly={!mayChange}
          />
        </Field>
      ))}
      <Select
        label={titles.keep}
        value={texts.keep}
        onChange={change('keep')}
        disabled={!mayChange}
        options={[
          ['', t`as the app says`],
          ['true', t`exempt`],
          ['false', t`not exempt`],
        ]}
      />
      <p className="text-xs text-dim">{t`Empty: as the settings of the app say. 0: never.`}</p>
      {isChanged ? (
        <Button type="submit" look="accent" size="small" className="self-end">{t`Save`}</Button>
      ) : null}
    </form>
  )
}
