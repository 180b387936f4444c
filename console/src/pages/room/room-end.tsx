import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call } from '../../api/client.ts'
import type { RoomDetails } from '../../api/room.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { tell, tellProblem, undoMs } from '../../ui/toast.tsx'
import { roomKey } from './room-feed.ts'

/** Takes a room out of use, for a time or for ever. */
export function RoomEnd({
  app,
  details,
  mayDissolve,
}: {
  app: AppPath
  details: RoomDetails
  mayDissolve: boolean
}) {
  const { t } = useLingui()
  const save = useAct(roomKey(app, details.id))
  const queries = useQueryClient()
  const [, go] = useLocation()
  const [isAsking, setAsking] = useState(false)
  const at = { params: { path: { ...app, chatroom_id: details.id } } }

  async function restore(): Promise<void> {
    try {
      await call(api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/restore', at))
      go(linkOf(app, `rooms/${details.id}`))
    } catch (error) {
      tellProblem(error)
    }
    await queries.invalidateQueries({ queryKey: ['rooms'] })
  }

  async function dissolve(): Promise<void> {
    await call(api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}', at))
    await queries.invalidateQueries({ queryKey: ['rooms'] })
    tell({
      title: t`${details.name} was dissolved`,
      ms: undoMs,
      action: { text: t`Undo`, run: () => void restore() },
    })
    go(linkOf(app, 'rooms'))
  }

  return (
    <section className="flex flex-wrap gap-2 border-t border-line pt-4">
      <Button
        size="small"
        onClick={() =>
          save(
            call(api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/disable', at)),
            t`The room is disabled`,
          )
        }
      >{t`Disable`}</Button>
      <Button
        size="small"
        onClick={() =>
          save(
            call(api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/enable', at)),
            t`The room is enabled`,
          )
        }
      >{t`Enable`}</Button>
      {mayDissolve ? (
        <Button size="small" look="danger" onClick={() => setAsking(true)}>{t`Dissolve…`}</Button>
      ) : null}
      <FormDialog
        open={isAsking}
        onClose={() => setAsking(false)}
        title={t`Dissolve ${details.name}?`}
        action={t`Dissolve`}
        isDanger
        typed={details.name}
        onSubmit={dissolve}
      >
        <p>
          {t`All ${details.affiliations_count} members are removed, with its announcement, attributes and files. It can be restored for as long as undoHours of the app says.`}
        </p>
      </FormDialog>
    </section>
  )
}
