import { useLingui } from '@lingui/react/macro'
import { Undo2 } from 'lucide-react'
import { useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call } from '../../api/client.ts'
import { from, usePages } from '../../api/pages.ts'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Empty, Loading, Problem } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'

interface Props {
  app: AppPath
  onClose(): void
}

const pageSize = 50

/** Rooms that were dissolved and can be brought back. */
export function Dissolved({ app, onClose }: Props) {
  const { t } = useLingui()
  const may = useMay()
  const act = useAct(['rooms'])
  const [, go] = useLocation()
  const { rows, error, refetch, more, hasMore } = usePages(
    ['rooms', app.org_name, app.app_name, 'dissolved'],
    async (cursor) => {
      const page = await call(
        api.GET('/{org_name}/{app_name}/chatrooms/deleted', {
          params: { path: app, query: { limit: pageSize, ...from(cursor) } },
        }),
      )
      return { rows: page.data ?? [], cursor: page.cursor }
    },
  )
  async function restore(id: string): Promise<void> {
    await act(
      call(
        api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/restore', {
          params: { path: { ...app, chatroom_id: id } },
        }),
      ).then(() => go(linkOf(app, `rooms/${id}`))),
      t`Restored`,
    )
  }
  return (
    <Dialog wide open onClose={onClose} title={t`Dissolved chat rooms`}>
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {rows || error ? null : <Loading rows={3} />}
      {rows?.length === 0 ? (
        <Empty icon={Undo2} title={t`There is none to bring back.`}>
          {t`The setting undoHours says for how long a dissolved room is kept.`}
        </Empty>
      ) : null}
      <ul>
        {rows?.map((room) => (
          <li key={room.id} className="flex items-center gap-3 border-t border-line py-2 first:border-0">
            <span className="min-w-0 flex-1">
              <span className="block truncate font-medium">{room.name}</span>
              <span className="text-xs text-dim">
                {t`dissolved`} <Time at={room.dissolved} short /> · {t`kept until`}{' '}
                <Time at={room.restorable_until} />
              </span>
            </span>
            {may('admin') ? (
              <Button size="small" onClick={() => restore(room.id)}>{t`Restore`}</Button>
            ) : null}
          </li>
        ))}
      </ul>
      {hasMore ? (
        <Button look="quiet" onClick={more}>
          {t`Show more`}
        </Button>
      ) : null}
    </Dialog>
  )
}
