import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { FormDialog } from '../../ui/dialog.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'

interface Props {
  user: string
  onClose(): void
  onUnban(reason: string): Promise<unknown>
}

/** Asks before a ban is lifted: whoever is not in the room cannot be banned again until it comes. */
export function UnbanDialog({ user, onClose, onUnban }: Props) {
  const { t } = useLingui()
  const [reason, setReason] = useState('')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t`Let ${user} come back?`}
      action={t`Let come back`}
      onSubmit={() => onUnban(reason)}
    >
      <p>{t`${user} can join at once, and cannot be banned again before it does.`}</p>
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}
