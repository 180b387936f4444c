import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call } from '../../api/client.ts'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input, TextArea } from '../../ui/field.tsx'

interface Props {
  app: AppPath
  open: boolean
  onClose(): void
}

export function CreateRoom({ app, open, onClose }: Props) {
  const { t } = useLingui()
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const [owner, setOwner] = useState('')
  const [most, setMost] = useState('')

  async function create(): Promise<void> {
    const { data } = await call(
      api.POST('/{org_name}/{app_name}/chatrooms', {
        params: { path: app },
        body: { name, description, owner, ...(most ? { maxusers: Number(most) } : {}) },
      }),
    )
    await queries.invalidateQueries({ queryKey: ['rooms'] })
    if (data?.id) go(linkOf(app, `rooms/${data.id}`))
  }

  return (
    <FormDialog open={open} onClose={onClose} title={t`Create room`} action={t`Create`} onSubmit={create}>
      <Field label={t`Name`}>
        <Input value={name} onValueChange={setName} required maxLength={128} />
      </Field>
      <Field label={t`Description`}>
        <TextArea
          value={description}
          onChange={(event) => setDescription(event.target.value)}
          maxLength={512}
        />
      </Field>
      <Field label={t`Owner`} hint={t`The ID of a registered user.`}>
        <Input value={owner} onValueChange={setOwner} required autoCapitalize="none" spellCheck={false} />
      </Field>
      <Field label={t`Most members`} hint={t`Empty for the app's own limit.`}>
        <Input type="number" inputMode="numeric" min={1} value={most} onValueChange={setMost} />
      </Field>
    </FormDialog>
  )
}
