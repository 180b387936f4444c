import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { UserPlus } from 'lucide-react'
import { useState } from 'react'
import { consoleCall } from '../../api/client.ts'
import { type OperatorRole, useOperator } from '../../api/session.ts'
import { useRoleNames } from '../../shell/roles.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Badge, Loading, Problem } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'

interface Operator {
  name: string
  role: OperatorRole
  created: number
}

const key = ['operators']

const pathOf = (name: string): string => `operators/${encodeURIComponent(name)}`

/** Who may sign in to this console. */
export function Operators() {
  const { t } = useLingui()
  const me = useOperator()
  const roles = useRoleNames()
  const [isAdding, setAdding] = useState(false)
  const [removed, setRemoved] = useState<Operator>()
  const [changed, setChanged] = useState<Operator>()
  const act = useAct(key)
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: async () => (await consoleCall<{ operators: Operator[] }>('GET', 'operators')).operators,
  })
  return (
    <Page
      title={t`Operators`}
      lead={t`Who may sign in here: viewers look, moderators keep rooms clean, administrators do everything.`}
      actions={
        <Button look="accent" onClick={() => setAdding(true)}>
          <UserPlus size={16} aria-hidden="true" />
          {t`Add operator`}
        </Button>
      }
    >
      <Card>
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {data || error ? null : <Loading rows={3} />}
        <ul>
          {data?.map((operator) => (
            <li
              key={operator.name}
              className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-2.5 first:border-0"
            >
              <span className="font-medium">{operator.name}</span>
              <Badge tone={operator.role === 'admin' ? 'accent' : 'plain'}>{roles[operator.role]}</Badge>
              {operator.name === me.name ? <span className="text-dim">{t`you`}</span> : null}
              <span className="flex-1 text-dim">
                <Time at={operator.created} />
              </span>
              <span className="flex gap-2">
                <Button size="small" onClick={() => setChanged(operator)}>{t`Set password…`}</Button>
                {operator.name === me.name ? null : (
                  <Button
                    size="small"
                    look="danger"
                    onClick={() => setRemoved(operator)}
                  >{t`Remove…`}</Button>
                )}
              </span>
            </li>
          ))}
        </ul>
      </Card>
      <AddOperator open={isAdding} onClose={() => setAdding(false)} />
      {changed ? <SetPassword name={changed.name} onClose={() => setChanged(undefined)} /> : null}
      {removed ? (
        <FormDialog
          open
          onClose={() => setRemoved(undefined)}
          title={t`Remove ${removed.name}?`}
          action={t`Remove`}
          isDanger
          onSubmit={async () => {
            await consoleCall('DELETE', pathOf(removed.name))
            await act(Promise.resolve(), t`Removed`)
          }}
        >
          <p>{t`All sessions of ${removed.name} end at once. What ${removed.name} did stays in the audit trail.`}</p>
        </FormDialog>
      ) : null}
    </Page>
  )
}

function AddOperator({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useLingui()
  const act = useAct(key)
  const roles = useRoleNames()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [role, setRole] = useState<string>('moderator')
  async function add(): Promise<void> {
    await consoleCall('POST', 'operators', { name, password, role })
    await act(Promise.resolve(), t`${name} may sign in now`)
  }
  return (
    <FormDialog open={open} onClose={onClose} title={t`Add operator`} action={t`Add`} onSubmit={add}>
      <Field label={t`Name`}>
        <Input
          value={name}
          onValueChange={setName}
          required
          autoCapitalize="none"
          spellCheck={false}
          autoComplete="off"
        />
      </Field>
      <Field label={t`Password`} hint={t`At least 10 characters. A sentence is easy to remember.`}>
        <Input
          type="password"
          value={password}
          onValueChange={setPassword}
          required
          minLength={10}
          autoComplete="new-password"
        />
      </Field>
      <Select label={t`Role`} value={role} onChange={setRole} options={Object.entries(roles)} />
    </FormDialog>
  )
}

function SetPassword({ name, onClose }: { name: string; onClose(): void }) {
  const { t } = useLingui()
  const [password, setPassword] = useState('')
  return (
    <FormDialog
      open
      onClose={onClose}
      title={t`Password of ${name}`}
      action={t`Save`}
      onSubmit={() => consoleCall('PUT', `${pathOf(name)}/password`, { password })}
    >
      <Field label={t`New password`} hint={t`At least 10 characters. A sentence is easy to remember.`}>
        <Input
          type="password"
          value={password}
          onValueChange={setPassword}
          required
          minLength={10}
          autoComplete="new-password"
        />
      </Field>
    </FormDialog>
  )
}
