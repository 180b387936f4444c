import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input, Select } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Until } from '../../ui/time.tsx'
import { userKey } from './user-queries.ts'

interface Props {
  app: AppPath
  user: string
}

interface Issued {
  token: string
  /** Unix ms. */
  ends: number
}

/** What the API calls a token without an end, in seconds. */
const endless = 2_147_483_647

/** Tokens are not stored: they are issued, and ended all at once. */
export function UserTokens({ app, user, isActivated }: Props & { isActivated: boolean }) {
  const { t } = useLingui()
  const may = useMay()
  const act = useAct(userKey(app, user))
  const [open, setOpen] = useState<'' | 'issue' | 'end'>('')
  const [issued, setIssued] = useState<Issued>()
  const close = () => setOpen('')
  const at = { params: { path: { ...app, username: user } } }
  async function endAll(): Promise<void> {
    await call(api.POST('/{org_name}/{app_name}/users/{username}/deactivate', at))
    await call(api.POST('/{org_name}/{app_name}/users/{username}/activate', at))
  }
  if (!may('admin')) return null
  return (
    <Card title={t`Tokens`}>
      <div className="flex flex-col gap-3 p-4">
        <p className="text-dim">
          {t`Your server issues tokens (POST /token). The server keeps none of them: they cannot be listed, but all can be ended at once.`}
        </p>
        <div className="flex flex-wrap gap-2">
          <Button size="small" disabled={!isActivated} onClick={() => setOpen('issue')}>
            {t`Issue a token…`}
          </Button>
          <Button size="small" look="danger" disabled={!isActivated} onClick={() => setOpen('end')}>
            {t`End all tokens…`}
          </Button>
        </div>
        {issued ? (
          <div className="flex flex-col gap-1">
            <span>
              {t`Good until`} <Until at={issued.ends} />
            </span>
            <code className="rounded-md bg-raised px-3 py-2 font-mono text-xs break-all select-all">
              {issued.token}
            </code>
          </div>
        ) : null}
      </div>
      {open === 'issue' ? <Issue app={app} user={user} onClose={close} onIssued={setIssued} /> : null}
      <FormDialog
        open={open === 'end'}
        onClose={close}
        title={t`End all tokens of ${user}?`}
        action={t`End them`}
        isDanger
        typed={user}
        onSubmit={() =>
          act(
            endAll().then(() => setIssued(undefined)),
            t`All tokens have ended`,
          )
        }
      >
        <p>{t`${user} is disconnected everywhere and needs a new token to come back. It cannot be undone.`}</p>
      </FormDialog>
    </Card>
  )
}

interface IssueProps extends Props {
  onClose(): void
  onIssued(issued: Issued): void
}

/** Issues a token as the user itself does: with its password. */
function Issue({ app, user, onClose, onIssued }: IssueProps) {
  const { t } = useLingui()
  const [password, setPassword] = useState('')
  const [ttl, setTtl] = useState('3600')
  async function issue(): Promise<void> {
    const { access_token: token = '', expires_in: seconds = 0 } = (await call(
      api.POST('/{org_name}/{app_name}/token', {
        params: { path: app },
        body: { grant_type: 'password', username: user, password, ttl: Number(ttl) },
      }),
    )) as { access_token?: string; expires_in?: number }
    onIssued({ token, ends: seconds >= endless ? -1 : Date.now() + seconds * 1000 })
  }
  return (
    <FormDialog open onClose={onClose} title={t`Token of ${user}`} action={t`Issue`} onSubmit={issue}>
      <Field
        label={t`Password`}
        hint={t`As the user signs in itself. A user without a password gets tokens from your server alone.`}
      >
        <Input type="password" value={password} onValueChange={setPassword} required autoComplete="off" />
      </Field>
      <Select
        label={t`For how long`}
        value={ttl}
        onChange={setTtl}
        options={[
          ['3600', t`1 hour`],
          ['86400', t`1 day`],
          ['604800', t`7 days`],
        ]}
      />
    </FormDialog>
  )
}
