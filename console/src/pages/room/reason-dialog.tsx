import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { FormDialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/field.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import type { Moderation } from './moderation.ts'
import { useTimes } from './user-menu.tsx'

interface Props {
  user: string
  onClose(): void
  moderation: Moderation
}

/** The same as the menu, with a reason for the audit trail. */
export function ReasonDialog({ user, onClose, moderation }: Props) {
  const { t } = useLingui()
  const times = useTimes()
  const [action, setAction] = useState('mute')
  const [time, setTime] = useState(String(times[0]?.[0]))
  const [reason, setReason] = useState('')

  function act(): Promise<void> {
    if (action === 'kick') return moderation.kick(user, reason)
    return moderation[action === 'ban' ? 'ban' : 'mute'](user, Number(time), reason)
  }

  return (
    <FormDialog open onClose={onClose} title={t`Moderate ${user}`} action={t`Do it`} onSubmit={act}>
      <Select
        label={t`What`}
        value={action}
        onChange={setAction}
        options={[
          ['mute', t`Mute`],
          ['kick', t`Remove from the room`],
          ['ban', t`Ban`],
        ]}
      />
      {action === 'kick' ? null : (
        <Select
          label={t`For how long`}
          value={time}
          onChange={setTime}
          options={times.map(([ms, text]) => [String(ms), text] as const)}
        />
      )}
      <ReasonField value={reason} onChange={setReason} />
    </FormDialog>
  )
}
