import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck, CircleX } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { callsQuery } from '../../api/calls.ts'
import { api, call } from '../../api/client.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Button } from '../../ui/button.tsx'
import { Field, Input, inputClass, TextArea } from '../../ui/field.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { Problem } from '../../ui/states.tsx'

interface Verdict {
  allowed: boolean
  status?: number
  error?: string
  error_description?: string
  why?: { en: string; zh: string }
  events?: { type: string }[]
  code?: number
  speaking?: {
    words: { word: string; list: string; action: string }[]
    text?: string
    limits: { slow_mode: number; user_message_rate: number | null; room_message_rate: number | null }
    asks_callback: boolean
  }
}

/** Whether a call would be done, and if not which rule says no. Nothing is changed. */
export function Explain({ app }: AppPageProps) {
  const { t, i18n } = useLingui()
  const [action, setAction] = useParam('action')
  const [user, setUser] = useParam('user')
  const [room, setRoom] = useParam('room')
  const [params, setParams] = useState('')
  const [body, setBody] = useState('')
  const [verdict, setVerdict] = useState<Verdict>()
  const [error, setError] = useState<unknown>()
  const { data: calls } = useQuery(callsQuery(i18n.locale))

  async function ask(event: FormEvent): Promise<void> {
    event.preventDefault()
    setError(undefined)
    setVerdict(undefined)
    try {
      const { data } = await call(
        api.POST('/{org_name}/{app_name}/explain', {
          params: { path: app },
          body: {
            action,
            ...(user ? { user } : {}),
            ...(room ? { room } : {}),
            ...(params ? { params: JSON.parse(params) } : {}),
            ...(body ? { body: JSON.parse(body) } : {}),
          },
        }),
      )
      setVerdict(data as Verdict)
    } catch (problem) {
      setError(problem)
    }
  }

  return (
    <Page
      title={t`Why?`}
      lead={t`Whether a call would be done, and if not, which rule says no. Nothing is changed.`}
    >
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card>
          <form onSubmit={ask} className="flex flex-col gap-4 p-4">
            <Field label={t`Call`}>
              <Input
                list="calls"
                required
                value={action}
                onValueChange={setAction}
                placeholder="muteMembers"
                autoCapitalize="none"
                spellCheck={false}
              />
            </Field>
            <datalist id="calls">
              <option value="speak">{t`Send a message through an SDK`}</option>
              {[...(calls ?? [])].map(([id, summary]) => (
                <option key={id} value={id}>
                  {summary}
                </option>
              ))}
            </datalist>
            <p className="-mt-3 min-h-5 text-xs text-dim">
              {action === 'speak' ? t`Send a message through an SDK` : calls?.get(action)}
            </p>
            <Field label={t`User`} hint={t`Who would call. Empty: your server, with an app token.`}>
              <Input value={user} onValueChange={setUser} autoCapitalize="none" spellCheck={false} />
            </Field>
            <Field label={t`Room ID`}>
              <Input value={room} onValueChange={setRoom} spellCheck={false} />
            </Field>
            <Field label={t`Other parts of the path`} hint={<JsonHint example='{"username": "bob"}' />}>
              <input
                value={params}
                onChange={(event) => setParams(event.target.value)}
                spellCheck={false}
                className={`${inputClass} font-mono`}
                aria-label={t`Other parts of the path`}
              />
            </Field>
            <Field
              label={t`Body`}
              hint={
                <JsonHint
                  example={
                    action === 'speak' ? '{"text": "…"}' : '{"usernames": ["bob"], "mute_duration": 60000}'
                  }
                />
              }
            >
              <TextArea value={body} onChange={(event) => setBody(event.target.value)} spellCheck={false} />
            </Field>
            <Button type="submit" look="accent" className="self-start">{t`Ask`}</Button>
          </form>
        </Card>
        <div aria-live="polite" className="flex flex-col gap-4">
          {error ? (
            error instanceof SyntaxError ? (
              <p className="text-danger">{t`This is no JSON.`}</p>
            ) : (
              <Problem error={error} />
            )
          ) : null}
          {verdict ? <Answer verdict={verdict} /> : null}
        </div>
      </div>
    </Page>
  )
}

function JsonHint({ example }: { example: string }) {
  return (
    <>
      JSON: <code className="font-mono">{example}</code>
    </>
  )
}

function Answer({ verdict }: { verdict: Verdict }) {
  const { t, i18n } = useLingui()
  const { allowed, status, error, error_description: text, why, events, code, speaking } = verdict
  return (
    <Card>
      <div className="flex flex-col gap-3 p-4">
        <p
          className={`flex items-center gap-2 text-lg font-semibold ${allowed ? 'text-good' : 'text-danger'}`}
        >
          {allowed ? <CircleCheck size={20} aria-hidden="true" /> : <CircleX size={20} aria-hidden="true" />}
          {allowed ? t`It would be done.` : t`It would be refused.`}
        </p>
        {why ? <p>{i18n.locale === 'zh-CN' ? why.zh : why.en}</p> : null}
        {text ? (
          <p className="font-mono text-xs break-words text-dim">
            {status ?? code} {error}: {text}
          </p>
        ) : null}
        {speaking ? <SpeakingRules speaking={speaking} /> : null}
        {events && events.length > 0 ? (
          <p className="text-dim">
            {t`What would happen:`} {events.map(({ type }) => type).join(', ')}
          </p>
        ) : null}
      </div>
    </Card>
  )
}

/** What holds for a message beside who sends it. */
function SpeakingRules({ speaking }: { speaking: NonNullable<Verdict['speaking']> }) {
  const { t } = useLingui()
  const { words, text, limits, asks_callback: asks } = speaking
  const { slow_mode: seconds, user_message_rate: ofUser, room_message_rate: ofRoom } = limits
  const lines = [
    words.length > 0
      ? `${t`Words of keyword lists:`} ${words.map(({ word }) => word).join(', ')}`
      : undefined,
    text === undefined ? undefined : `${t`Others get:`} ${text}`,
    seconds > 0 ? t`Slow mode: ${seconds} s between two messages of a member` : undefined,
    ofUser === null ? undefined : t`Messages of one user: ${ofUser} a second`,
    ofRoom === null ? undefined : t`Messages to one room: ${ofRoom} a second`,
    asks ? t`A callback decides about the message, too.` : undefined,
  ].filter((line) => line !== undefined)
  return (
    <ul className="list-inside list-disc text-dim">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
