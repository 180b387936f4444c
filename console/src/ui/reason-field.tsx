import { useLingui } from '@lingui/react/macro'
import { Field, TextArea } from './field.tsx'

/** As long as the server takes one. */
const longest = 512

interface Props {
  value: string
  onChange(value: string): void
}

/** Why something is done, for the audit trail. */
export function ReasonField({ value, onChange }: Props) {
  const { t } = useLingui()
  return (
    <Field label={t`Reason`} hint={t`It stands in the audit trail.`}>
      <TextArea value={value} onChange={(event) => onChange(event.target.value)} maxLength={longest} />
    </Field>
  )
}
