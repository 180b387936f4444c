import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { localOf } from '../../ui/local-time.ts'
import { tell } from '../../ui/toast.tsx'

interface Props {
  app: AppPath
  callback: string
  /** Unix ms. */
  since: number
  onClose(): void
}

/** Delivers again what happened from a moment on. */
export function Replay({ app, callback, since: given, onClose }: Props) {
  const { t } = useLingui()
  const [since, setSince] = useState(() => localOf(given))
  async function replay(): Promise<void> {
    await call(
      api.POST('/{org_name}/{app_name}/callbacks/{callback_id}/replay', {
        params: { path: { ...app, callback_id: callback } },
        body: { since: new Date(since).getTime() },
      }),
    )
    tell({ title: t`The replay has begun` })
  }
  return (
    <FormDialog open onClose={onClose} title={t`Deliver again`} action={t`Replay`} onSubmit={replay}>
      <Field label={t`From`} hint={t`In your time zone. Your server gets these events once more.`}>
        <Input type="datetime-local" value={since} onValueChange={setSince} required />
      </Field>
    </FormDialog>
  )
}
