import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { FormDialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/field.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'

interface OneProps {
  onClose(): void
  onDelete(reason: string): void
}

/** Deletes one message with a reason; it can be undone for as long as without one. */
export function DeleteMessageDialog({ onClose, onDelete }: OneProps) {
  const { t } = useLingui()
  const [reason, setReason] = useState('')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t`Delete message`}
      action={t`Delete`}
      isDanger
      onSubmit={async () => onDelete(reason)}
    >
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}

interface ManyProps {
  user: string
  onClose(): void
  onDelete(minutes: number, reason: string): Promise<unknown>
}

/** Asks before the latest messages of a user are deleted: they do not come back. */
export function DeleteMessagesDialog({ user, onClose, onDelete }: ManyProps) {
  const { t } = useLingui()
  const [minutes, setMinutes] = useState('10')
  const [reason, setReason] = useState('')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t`Delete the latest messages of ${user}?`}
      action={t`Delete`}
      isDanger
      onSubmit={() => onDelete(Number(minutes), reason)}
    >
      <p>{t`They disappear for everybody in this room, and do not come back.`}</p>
      <Select
        label={t`Sent in the last`}
        value={minutes}
        onChange={setMinutes}
        options={[
          ['10', t`10 minutes`],
          ['60', t`1 hour`],
          ['1440', t`1 day`],
        ]}
      />
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}
