import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { exampleQuery } from '../../api/calls.ts'
import type { AppPath } from '../../api/client.ts'
import { roomsFoundQuery, usersFoundQuery } from '../../api/finds.ts'
import { Button } from '../../ui/button.tsx'
import { Choice, type Choosable } from '../../ui/choice.tsx'
import { Field, Input, TextArea } from '../../ui/field.tsx'
import { useLater } from '../../ui/later.ts'
import { useParam } from '../../ui/params.ts'
import type { Permission } from '../permissions/columns.ts'
import { permissionsQuery } from '../permissions/permissions-query.ts'

/** To send a message through an SDK, which is no call of the API. */
export const speak = 'speak'

export interface Asked {
  action: string
  user: string
  room: string
  /** Other parts of the path, by name. */
  params: Record<string, string>
  /** JSON; of `speak` the text itself. */
  body: string
}

interface Props {
  app: AppPath
  isBusy: boolean
  onAsk(asked: Asked, permission: Permission | undefined): void
}

/** Names in the path of a call beside the app and the chat room. */
const partsOf = ({ call }: Permission): string[] =>
  [...call.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).filter((name) => name !== 'chatroom_id')

const hasBody = ({ call }: Permission): boolean => /^(POST|PUT)/.test(call)

/** The calls that can be explained, of which what is typed finds some. */
function useActions(typed: string): { all: Permission[] | undefined; options: Choosable[] | undefined } {
  const { t, i18n } = useLingui()
  const { data } = useQuery(permissionsQuery)
  const all = data?.filter(({ explained }) => explained)
  const isChinese = i18n.locale === 'zh-CN'
  const wanted = typed.trim().toLowerCase()
  const options = all && [
    { value: speak, text: t`Send a message through an SDK` },
    ...all.map(({ operation, summary }) => ({
      value: operation,
      text: isChinese ? summary.zh : summary.en,
    })),
  ]
  const isChosen = options?.some(({ value }) => value === typed)
  return {
    all,
    options: isChosen
      ? options
      : options?.filter(({ value, text }) => `${value} ${text}`.toLowerCase().includes(wanted)),
  }
}

interface LabelledProps {
  label: string
  hint?: ReactNode
  children: ReactNode
}

/** The label above a box to choose in, which names itself. */
function Labelled({ label, hint, children }: LabelledProps) {
  return (
    <div className="flex flex-col gap-1">
      <span aria-hidden="true" className="text-[13px] font-medium">
        {label}
      </span>
      {children}
      {hint ? <span className="min-h-4 text-xs text-dim">{hint}</span> : null}
    </div>
  )
}

interface UserChoiceProps {
  app: AppPath
  label: string
  value: string
  onChange(value: string): void
  hint?: ReactNode
}

function UserChoice({ app, label, value, onChange, hint }: UserChoiceProps) {
  const { data } = useQuery(usersFoundQuery(app, useLater(value)))
  return (
    <Labelled label={label} hint={hint}>
      <Choice label={label} value={value} onChange={onChange} options={data} />
    </Labelled>
  )
}

function RoomChoice({ app, label, value, onChange }: UserChoiceProps) {
  const { data } = useQuery(roomsFoundQuery(app, useLater(value)))
  return (
    <Labelled label={label} hint={data?.find((room) => room.value === value)?.text || ' '}>
      <Choice label={label} value={value} onChange={onChange} options={data} required />
    </Labelled>
  )
}

/** What is asked: who would make which call, where and with what. */
export function QuestionForm({ app, isBusy, onAsk }: Props) {
  const { t } = useLingui()
  const [action, setAction] = useParam('action')
  const [user, setUser] = useParam('user')
  const [room, setRoom] = useParam('room')
  const [params, setParams] = useState<Record<string, string>>({})
  const [body, setBody] = useState('')
  const { all, options } = useActions(action)
  const permission = all?.find(({ operation }) => operation === action)
  const parts = permission ? partsOf(permission) : []
  const isSpeaking = action === speak
  const isOfRoom = isSpeaking || permission?.call.includes('{chatroom_id}') === true
  const takesBody = isSpeaking || (permission !== undefined && hasBody(permission))

  function ask(event: FormEvent): void {
    event.preventDefault()
    const given = Object.fromEntries(parts.map((name) => [name, params[name] ?? '']))
    onAsk(
      { action, user, room: isOfRoom ? room : '', params: given, body: takesBody ? body : '' },
      permission,
    )
  }

  return (
    <form onSubmit={ask} className="flex flex-col gap-4 p-4">
      <Labelled label={t`Call`} hint={options?.find(({ value }) => value === action)?.text ?? ' '}>
        <Choice
          label={t`Call`}
          required
          value={action}
          onChange={(next) => {
            setAction(next)
            setBody('')
          }}
          options={options}
          placeholder={t`Name or meaning, such as muteMembers`}
        />
      </Labelled>
      <UserChoice
        app={app}
        label={t`User`}
        value={user}
        onChange={setUser}
        hint={isSpeaking ? t`Who would send.` : t`Who would call. Empty: your server, with an app token.`}
      />
      {isOfRoom ? <RoomChoice app={app} label={t`Chat room`} value={room} onChange={setRoom} /> : null}
      {parts.map((name) => (
        <PathPart
          key={name}
          app={app}
          name={name}
          value={params[name] ?? ''}
          onChange={(value) => setParams({ ...params, [name]: value })}
        />
      ))}
      {takesBody ? <Body action={action} value={body} onChange={setBody} /> : null}
      <Button type="submit" look="accent" className="self-start" disabled={isBusy}>{t`Ask`}</Button>
    </form>
  )
}

interface PartProps {
  app: AppPath
  name: string
  value: string
  onChange(value: string): void
}

/** Another part of the path: most are users. */
function PathPart({ app, name, value, onChange }: PartProps) {
  const { t } = useLingui()
  if (name === 'username')
    return <UserChoice app={app} label={t`User that the call is about`} value={value} onChange={onChange} />
  return (
    <Field label={name}>
      <Input value={value} onValueChange={onChange} autoCapitalize="none" spellCheck={false} />
    </Field>
  )
}

/** The body of a call as JSON, which begins with the example of the API's own description. */
function Body({ action, value, onChange }: Pick<PartProps, 'value' | 'onChange'> & { action: string }) {
  const { t, i18n } = useLingui()
  const { data: example } = useQuery(exampleQuery(i18n.locale, action))
  const isSpeaking = action === speak
  return (
    <div className="flex flex-col items-start gap-1 [&>:first-child]:w-full">
      <Field
        label={isSpeaking ? t`Text of the message` : t`Body, as JSON`}
        hint={isSpeaking ? t`It is held against the keyword lists.` : undefined}
      >
        <TextArea
          rows={isSpeaking ? 2 : 6}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          spellCheck={false}
        />
      </Field>
      {isSpeaking || !example ? null : (
        <Button size="small" look="quiet" onClick={() => onChange(JSON.stringify(example, null, 2))}>
          {t`Put in an example`}
        </Button>
      )}
    </div>
  )
}
