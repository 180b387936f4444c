import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { roomKey } from './room-feed.ts'

interface Props {
  app: AppPath
  room: string
  owner: string
}

/** Makes another member the owner; whoever was it stays as a member. */
export function Transfer({ app, room, owner }: Props) {
  const { t } = useLingui()
  const done = useAct(roomKey(app, room))
  const [isAsking, setAsking] = useState(false)
  const [user, setUser] = useState('')

  async function transfer(): Promise<void> {
    const newowner = user.trim().toLowerCase()
    await call(
      api.PUT('/{org_name}/{app_name}/chatrooms/{chatroom_id}', {
        params: { path: { ...app, chatroom_id: room } },
        body: { newowner },
      }),
    )
    setUser('')
    await done(Promise.resolve(), t`${newowner} is the owner now`)
  }

  return (
    <>
      <Button size="small" onClick={() => setAsking(true)}>{t`Transfer…`}</Button>
      <FormDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={t`Another owner for this room`}
        action={t`Transfer`}
        isDanger
        onSubmit={transfer}
      >
        <Field
          label={t`New owner`}
          hint={t`A member of the room. ${owner} stays in it as an ordinary member.`}
        >
          <Input value={user} onValueChange={setUser} required autoCapitalize="none" spellCheck={false} />
        </Field>
      </FormDialog>
    </>
  )
}
