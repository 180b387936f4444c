import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { isRefusal } from '../../api/client.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Badge, Loading, Problem } from '../../ui/states.tsx'
import { Time, Until } from '../../ui/time.tsx'
import { Quotas } from '../settings/quotas.tsx'
import { UserActions } from './user-actions.tsx'
import { UserDevices } from './user-devices.tsx'
import { devicesQuery, mutesQuery, userQuery } from './user-queries.ts'
import { UserRooms } from './user-rooms.tsx'
import { UserSanctions } from './user-sanctions.tsx'
import { UserTokens } from './user-tokens.tsx'

/** One user: where it is, what it may not do, and what an operator can do about it. */
export function User({ app, params }: AppPageProps) {
  const { t } = useLingui()
  const username = decodeURIComponent(params.user ?? '')
  const { data: user, error, refetch } = useQuery(userQuery(app, username))
  const { data: devices } = useQuery(devicesQuery(app, username))
  const { data: muted = 0 } = useQuery(mutesQuery(app, username))
  if (error)
    return (
      <Page title={isRefusal(error, 404) ? t`No such user` : username}>
        <Problem error={error} onRetry={refetch} />
        <Link href={linkOf(app, 'users')} className="text-accent underline">{t`All users`}</Link>
      </Page>
    )
  const isOnline = (devices?.length ?? 0) > 0
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
          secondsMuted={muted}
          isOnline={isOnline}
        />
      ) : (
        <Loading rows={1} />
      )}
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-4">
          <UserSanctions app={app} user={username} />
          <UserRooms app={app} user={username} />
        </div>
        <div className="flex min-w-0 flex-col gap-4">
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
          <UserDevices app={app} user={username} />
          <UserTokens app={app} user={username} isActivated={user?.activated ?? false} />
          <Quotas app={app} user={username} />
        </div>
      </div>
    </Page>
  )
}
