import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import type { AppPath } from '../../api/client.ts'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input, TextArea } from '../../ui/field.tsx'
import { type BulkAction, startJob, type Target, useActionNames } from './bulk.ts'

interface Props {
  app: AppPath
  action: BulkAction
  target: Target
  onClose(): void
  /** The dry run has begun. */
  onBegun(job: string): void
}

const namesIn = (text: string): string[] => text.split(/[\s,，;；]+/).filter(Boolean)

/** Asks for what an action needs, and tries it out: nothing is changed before that was seen. */
export function BulkForm({ app, action, target, onClose, onBegun }: Props) {
  const { t, i18n } = useLingui()
  const names = useActionNames()
  const [texts, setTexts] = useState<Record<string, string>>({})
  const set = (name: string) => (value: string) => setTexts({ ...texts, [name]: value })
  const textOf = (name: string): string => texts[name]?.trim() ?? ''

  async function tryOut(): Promise<void> {
    onBegun(await startJob(app, { action, ...target, ...bodyOf(action, textOf), dry_run: true }))
  }

  const count = 'rooms' in target ? i18n.number(target.rooms.length) : ''
  return (
    <FormDialog
      open
      onClose={onClose}
      title={names[action] ?? action}
      action={t`Try it out`}
      staysOpen
      onSubmit={tryOut}
    >
      <p className="text-dim">
        {count ? t`Chat rooms: ${count}.` : t`All chat rooms that match.`}{' '}
        {t`First it is tried out: nothing changes until you have seen what would happen.`}
      </p>
      {action === 'transfer' ? (
        <Field label={t`New owner`} hint={t`The ID of a registered user.`}>
          <Input
            value={texts.newowner ?? ''}
            onValueChange={set('newowner')}
            required
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
      ) : null}
      {action === 'add_members' || action === 'remove_members' ? (
        <Field label={t`Users`} hint={t`Their IDs, with spaces, commas or line breaks between.`}>
          <TextArea
            value={texts.usernames ?? ''}
            onChange={(event) => set('usernames')(event.target.value)}
            required
            autoCapitalize="none"
            spellCheck={false}
          />
        </Field>
      ) : null}
      {action === 'modify' ? <Details texts={texts} set={set} /> : null}
    </FormDialog>
  )
}

/** What the call takes beside the rooms. */
function bodyOf(action: BulkAction, textOf: (name: string) => string): object {
  if (action === 'transfer') return { newowner: textOf('newowner') }
  if (action === 'add_members' || action === 'remove_members')
    return { usernames: namesIn(textOf('usernames')) }
  if (action !== 'modify') return {}
  const given = ['name', 'description', 'maxusers'].filter((name) => textOf(name) !== '')
  return {
    change: Object.fromEntries(
      given.map((name) => [name, name === 'maxusers' ? Number(textOf(name)) : textOf(name)]),
    ),
  }
}

function Details({
  texts,
  set,
}: {
  texts: Record<string, string>
  set(name: string): (value: string) => void
}) {
  const { t } = useLingui()
  return (
    <>
      <p className="text-dim">{t`What is empty stays as it is.`}</p>
      <Field label={t`Name`}>
        <Input value={texts.name ?? ''} onValueChange={set('name')} maxLength={128} />
      </Field>
      <Field label={t`Description`}>
        <TextArea
          value={texts.description ?? ''}
          onChange={(event) => set('description')(event.target.value)}
          maxLength={512}
        />
      </Field>
      <Field label={t`Most members`}>
        <Input
          type="number"
          inputMode="numeric"
          min={1}
          value={texts.maxusers ?? ''}
          onValueChange={set('maxusers')}
        />
      </Field>
    </>
  )
}
