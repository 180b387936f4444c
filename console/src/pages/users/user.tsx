import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { MessagesSquare } from 'lucide-react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call, isRefusal } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { Time, Until } from '../../ui/time.tsx'
import { UserActions } from './user-actions.tsx'

export const userKey = (app: AppPath, user: string): string[] => ['user', app.org_name, app.app_name, user]

function useUser(app: AppPath, username: string) {
  const at = { params: { path: { ...app, username } } }
  const key = userKey(app, username)
  return {
    one: useQuery({
      queryKey: [...key, 'one'],
      queryFn: async () => (await call(api.GET('/{org_name}/{app_name}/users/{username}', at))).entities[0],
    }),
    rooms: useQuery({
      queryKey: [...key, 'rooms'],
      queryFn: async () =>
        (
          await call(
            api.GET('/{org_name}/{app_name}/users/{username}/joined_chatrooms', {
              params: { ...at.params, query: { pagenum: 1, pagesize: 200 } },
            }),
          )
        ).data as { id: string; name: string }[],
    }),
    devices: useQuery({
      queryKey: [...key, 'devices'],
      refetchInterval: 10_000,
      queryFn: async () =>
        (await call(api.GET('/{org_name}/{app_name}/users/{username}/resources', at))).data ?? [],
    }),
    mutes: useQuery({
      queryKey: [...key, 'mutes'],
      queryFn: async () => (await call(api.GET('/{org_name}/{app_name}/mutes/{username}', at))).data,
    }),
  }
}

/** One user: where it is, what it may not do, and what an operator can do about it. */
export function User({ app, params }: AppPageProps) {
  const { t } = useLingui()
  const username = decodeURIComponent(params.user ?? '')
  const may = useMay()
  const act = useAct(userKey(app, username))
  const { one, rooms, devices, mutes } = useUser(app, username)
  if (one.error)
    return (
      <Page title={isRefusal(one.error, 404) ? t`No such user` : username}>
        <Problem error={one.error} onRetry={one.refetch} />
        <Link href={linkOf(app, 'users')} className="text-accent underline">{t`All users`}</Link>
      </Page>
    )
  const user = one.data
  const muted = mutes.data ? Number(mutes.data.chatroom) : 0
  const isOnline = (devices.data?.length ?? 0) > 0
  return (
    <Page
      title={username}
      actions={
        <>
          {isOnline ? <Badge tone="good">{t`online`}</Badge> : <Badge>{t`offline`}</Badge>}
          {user && !user.activated ? <Badge tone="warn">{t`Deactivated`}</Badge> : null}
          {muted ? <Badge tone="warn">{t`Muted in the whole app`}</Badge> : null}
        </>
      }
    >
      {user ? (
        <UserActions
          app={app}
          user={username}
          isActivated={user.activated}
          isMuted={muted !== 0}
          isOnline={isOnline}
        />
      ) : (
        <Loading rows={1} />
      )}
      <div className="grid gap-4 md:grid-cols-2">
        <Card title={t`Chat rooms`}>
          {rooms.data?.length === 0 ? <Empty icon={MessagesSquare} title={t`In no chat room.`} /> : null}
          <ul>
            {rooms.data?.map(({ id, name }) => (
              <li key={id} className="border-t border-line px-4 py-2 first:border-0">
                <Link href={linkOf(app, `rooms/${id}`)} className="text-accent hover:underline">
                  {name || id}
                </Link>
              </li>
            ))}
          </ul>
        </Card>
        <div className="flex flex-col gap-4">
          <Card title={t`Devices`}>
            <ul>
              {devices.data?.length === 0 ? (
                <li className="px-4 py-3 text-dim">{t`Not connected.`}</li>
              ) : null}
              {devices.data?.map(({ res, device_name: name }) => (
                <li
                  key={res}
                  className="flex items-center justify-between gap-2 border-t border-line px-4 py-2 first:border-0"
                >
                  <span className="min-w-0 break-all">
                    {name} <span className="font-mono text-xs text-dim">{res}</span>
                  </span>
                  {may('admin') ? (
                    <Button
                      size="small"
                      onClick={() =>
                        act(
                          call(
                            api.DELETE('/{org_name}/{app_name}/users/{username}/disconnect/{resource}', {
                              params: { path: { ...app, username, resource: res } },
                            }),
                          ),
                          t`Disconnected`,
                        )
                      }
                    >{t`Disconnect`}</Button>
                  ) : null}
                </li>
              ))}
            </ul>
          </Card>
          <Card title={t`Account`}>
            <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 p-4">
              <dt className="text-dim">{t`Nickname`}</dt>
              <dd>{user?.nickname ?? '–'}</dd>
              <dt className="text-dim">{t`Registered`}</dt>
              <dd>{user ? <Time at={user.created} /> : null}</dd>
              {muted ? (
                <>
                  <dt className="text-dim">{t`Muted until`}</dt>
                  <dd>
                    <Until at={muted < 0 ? muted : Date.now() + muted * 1000} />
                  </dd>
                </>
              ) : null}
            </dl>
          </Card>
        </div>
      </div>
    </Page>
  )
}
