import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Menu, MenuItem } from '../../ui/menu.tsx'
import { useTimes } from '../room/user-menu.tsx'
import { DeleteEverywhere } from './delete-everywhere.tsx'
import { userKey } from './user-queries.ts'

interface Props {
  app: AppPath
  user: string
  isActivated: boolean
  /** -1: for ever. */
  secondsMuted: number
  isOnline: boolean
}

/** What an operator can do to a user of an app. */
export function UserActions({ app, user, isActivated, secondsMuted, isOnline }: Props) {
  const { t } = useLingui()
  const may = useMay()
  const times = useTimes()
  const act = useAct(userKey(app, user))
  const [asking, setAsking] = useState<'' | 'password' | 'deactivate' | 'messages'>('')
  const close = () => setAsking('')
  const at = { params: { path: { ...app, username: user } } }
  const setMute = (seconds: number): Promise<unknown> =>
    call(
      api.POST('/{org_name}/{app_name}/mutes', {
        params: { path: app },
        body: { username: user, chatroom: seconds },
      }),
    )
  const activate = () => call(api.POST('/{org_name}/{app_name}/users/{username}/activate', at))
  const deactivate = () => call(api.POST('/{org_name}/{app_name}/users/{username}/deactivate', at))
  if (!may('moderator')) return null
  return (
    <div className="flex flex-wrap gap-2">
      {secondsMuted ? (
        <Button
          onClick={() => act(setMute(0), t`${user} may speak again`, () => setMute(secondsMuted))}
        >{t`Unmute`}</Button>
      ) : (
        <Menu trigger={<Button>{t`Mute in all chat rooms…`}</Button>}>
          {times.map(([ms, text]) => (
            <MenuItem
              key={ms}
              onClick={() =>
                act(setMute(ms < 0 ? -1 : ms / 1000), t`${user} is muted in all chat rooms`, () => setMute(0))
              }
            >
              {text}
            </MenuItem>
          ))}
        </Menu>
      )}
      <Button look="danger" onClick={() => setAsking('messages')}>{t`Delete messages…`}</Button>
      {may('admin') ? (
        <>
          {isOnline ? (
            <Button
              onClick={() =>
                act(call(api.GET('/{org_name}/{app_name}/users/{username}/disconnect', at)), t`Disconnected`)
              }
            >{t`Disconnect`}</Button>
          ) : null}
          <Button onClick={() => setAsking('password')}>{t`Set password…`}</Button>
          {isActivated ? (
            <Button look="danger" onClick={() => setAsking('deactivate')}>{t`Deactivate…`}</Button>
          ) : (
            <Button onClick={() => act(activate(), t`Activated`, deactivate)}>{t`Activate`}</Button>
          )}
          <Password app={app} user={user} open={asking === 'password'} onClose={close} />
          <FormDialog
            open={asking === 'deactivate'}
            onClose={close}
            title={t`Deactivate ${user}?`}
            action={t`Deactivate`}
            isDanger
            typed={user}
            onSubmit={() => act(deactivate(), t`Deactivated`, activate)}
          >
            <p>{t`${user} is disconnected, cannot sign in, and all its tokens end. It stays in its chat rooms and can be activated again; the tokens do not come back.`}</p>
          </FormDialog>
        </>
      ) : null}
      {asking === 'messages' ? <DeleteEverywhere app={app} user={user} onClose={close} /> : null}
    </div>
  )
}

interface PasswordProps {
  app: AppPath
  user: string
  open: boolean
  onClose(): void
}

function Password({ app, user, open, onClose }: PasswordProps) {
  const { t } = useLingui()
  const [password, setPassword] = useState('')
  const save = () =>
    call(
      api.PUT('/{org_name}/{app_name}/users/{username}/password', {
        params: { path: { ...app, username: user } },
        body: { newpassword: password },
      }),
    )
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={t`Password of ${user}`}
      action={t`Save`}
      typed={user}
      onSubmit={save}
    >
      <Field label={t`New password`} hint={t`All tokens of the user end.`}>
        <Input
          type="password"
          value={password}
          onValueChange={setPassword}
          required
          autoComplete="new-password"
        />
      </Field>
    </FormDialog>
  )
}
