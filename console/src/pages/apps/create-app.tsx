import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { appsQuery, linkOf, pathOf } from '../../api/app.ts'
import { consoleCall } from '../../api/client.ts'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { type Credentials, CredentialsDialog } from './credentials.tsx'

/** Creates an app, shows its credentials, and goes to it. */
export function CreateApp({ onClose }: { onClose(): void }) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [org, setOrg] = useState('')
  const [name, setName] = useState('')
  const [created, setCreated] = useState<Credentials>()

  async function create(): Promise<void> {
    setCreated(await consoleCall<Credentials>('POST', 'apps', { key: `${org}#${name}` }))
    await queries.invalidateQueries({ queryKey: appsQuery.queryKey })
  }

  if (created)
    return (
      <CredentialsDialog credentials={created} onClose={() => go(linkOf(pathOf(created.key), 'rooms'))} />
    )
  return (
    <FormDialog open onClose={onClose} staysOpen title={t`Create app`} action={t`Create`} onSubmit={create}>
      <Field label={t`Organisation`}>
        <Input value={org} onValueChange={setOrg} required autoCapitalize="none" spellCheck={false} />
      </Field>
      <Field label={t`Name`} hint={t`The key of the app is organisation#name.`}>
        <Input value={name} onValueChange={setName} required autoCapitalize="none" spellCheck={false} />
      </Field>
    </FormDialog>
  )
}
