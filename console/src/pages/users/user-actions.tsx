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
import { userKey } from './user.tsx'

interface Props {
  app: AppPath
  user: string
  isActivated: boolean
  isMuted: boolean
  isOnline: boolean
}

/** What an operator can do to a user of an app. */
export function UserActions({ app, user, isActivated, isMuted, isOnline }: Props) {
  const { t } = useLingui()
  const may = useMay()
  const times = useTimes()
  const act = useAct(userKey(app, user))
  const [isAsking, setAsking] = useState(false)
  const at = { params: { path: { ...app, username: user } } }
  const mute = (seconds: number): Promise<void> =>
    act(
      call(
        api.POST('/{org_name}/{app_name}/mutes', {
          params: { path: app },
          body: { username: user, chatroom: seconds },
        }),
      ),
      seconds === 0 ? t`${user} may speak again` : t`${user} is muted in all chat rooms`,
    )
  if (!may('moderator')) return null
  return (
    <div className="flex flex-wrap gap-2">
      {isMuted ? (
        <Button onClick={() => mute(0)}>{t`Unmute`}</Button>
      ) : (
        <Menu trigger={<Button>{t`Mute in all chat rooms…`}</Button>}>
          {times.map(([ms, text]) => (
            <MenuItem key={ms} onClick={() => mute(ms < 0 ? -1 : ms / 1000)}>
              {text}
            </MenuItem>
          ))}
        </Menu>
      )}
      {may('admin') ? (
        <>
          {isOnline ? (
            <Button
              onClick={() =>
                act(call(api.GET('/{org_name}/{app_name}/users/{username}/disconnect', at)), t`Disconnected`)
              }
            >{t`Disconnect`}</Button>
          ) : null}
          <Button onClick={() => setAsking(true)}>{t`Set password…`}</Button>
          {isActivated ? (
            <Button
              look="danger"
              onClick={() =>
                act(call(api.POST('/{org_name}/{app_name}/users/{username}/deactivate', at)), t`Deactivated`)
              }
            >{t`Deactivate`}</Button>
          ) : (
            <Button
              onClick={() =>
                act(call(api.POST('/{org_name}/{app_name}/users/{username}/activate', at)), t`Activated`)
              }
            >{t`Activate`}</Button>
          )}
          <Password app={app} user={user} open={isAsking} onClose={() => setAsking(false)} />
        </>
      ) : null}
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
    <FormDialog open={open} onClose={onClose} title={t`Password of ${user}`} action={t`Save`} onSubmit={save}>
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
