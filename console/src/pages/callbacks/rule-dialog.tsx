import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog, FormDialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { type CallbackEvent, callbackEvents, callbacksKey, type Rule } from './rules.ts'

interface Props {
  app: AppPath
  /** The rule that is changed; without it, one is created. */
  rule?: Rule
  onClose(): void
}

/** Creates or changes a rule; the secret of a new one is shown this once. */
export function RuleDialog({ app, rule, onClose }: Props) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [name, setName] = useState(rule?.name ?? '')
  const [url, setUrl] = useState(rule?.url ?? 'https://')
  const [when, setWhen] = useState<Rule['when']>(rule?.when ?? 'after')
  const [onFailure, setOnFailure] = useState(rule?.onFailure ?? 'deliver')
  const [events, setEvents] = useState(new Set<string>(rule?.events ?? ['message.sent']))
  const [created, setCreated] = useState<{ id: string; secret: string }>()

  async function save(): Promise<void> {
    const isAfter = when === 'after'
    const body = {
      name,
      url,
      when,
      events: isAfter ? ([...events] as CallbackEvent[]) : [],
      ...(isAfter ? {} : { onFailure }),
    }
    if (rule) {
      const path = { ...app, callback_id: rule.id }
      await call(api.PUT('/{org_name}/{app_name}/callbacks/{callback_id}', { params: { path }, body }))
    } else {
      const { data } = await call(
        api.POST('/{org_name}/{app_name}/callbacks', {
          params: { path: app },
          body: { ...body, enabled: true },
        }),
      )
      setCreated(data as { id: string; secret: string })
    }
    await queries.invalidateQueries({ queryKey: callbacksKey(app) })
  }

  function toggle(event: string): void {
    const next = new Set(events)
    if (!next.delete(event)) next.add(event)
    setEvents(next)
  }

  if (created)
    return <Secret secret={created.secret} onClose={() => go(linkOf(app, `callbacks/${created.id}`))} />
  return (
    <FormDialog
      wide
      open
      onClose={onClose}
      staysOpen={!rule}
      title={rule ? t`Change rule` : t`Create rule`}
      action={rule ? t`Save` : t`Create`}
      onSubmit={save}
    >
      <Field label={t`Name`} hint={t`Letters, digits and "_".`}>
        <Input value={name} onValueChange={setName} required maxLength={32} />
      </Field>
      <Field label={t`Address`}>
        <Input type="url" value={url} onValueChange={setUrl} required />
      </Field>
      <Select
        label={t`When`}
        value={when}
        onChange={(value) => setWhen(value as Rule['when'])}
        options={[
          ['after', t`after events`],
          ['before', t`before a message is delivered`],
        ]}
      />
      {when === 'after' ? (
        <fieldset className="grid gap-1 sm:grid-cols-2">
          <legend className="mb-1 text-[13px] font-medium">{t`Events`}</legend>
          {callbackEvents.map((event) => (
            <label key={event} className="flex min-h-7 items-center gap-2 font-mono text-xs">
              <input
                type="checkbox"
                checked={events.has(event)}
                onChange={() => toggle(event)}
                className="size-4 accent-accent"
              />
              {event}
            </label>
          ))}
        </fieldset>
      ) : (
        <Select
          label={t`Where your server fails`}
          value={onFailure}
          onChange={(value) => setOnFailure(value as 'deliver' | 'stop')}
          options={[
            ['deliver', t`deliver the message`],
            ['stop', t`stop the message`],
          ]}
        />
      )}
    </FormDialog>
  )
}

function Secret({ secret, onClose }: { secret: string; onClose(): void }) {
  const { t } = useLingui()
  return (
    <Dialog open onClose={onClose} title={t`The secret of the rule`}>
      <div className="flex flex-col gap-4">
        <p>{t`Your server checks signatures with it. It is shown this once: keep it now.`}</p>
        <code className="rounded-md bg-raised px-3 py-2 font-mono break-all select-all">{secret}</code>
        <div className="flex justify-end gap-2">
          <Button onClick={() => navigator.clipboard.writeText(secret)}>{t`Copy`}</Button>
          <Button look="accent" onClick={onClose}>{t`I have it`}</Button>
        </div>
      </div>
    </Dialog>
  )
}
