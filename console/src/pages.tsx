import { useLingui } from '@lingui/react/macro'
import { Compass } from 'lucide-react'
import { type ComponentType, lazy, Suspense } from 'react'
import { Link, Route, Switch } from 'wouter'
import type { AppPath } from './api/client.ts'
import { Page } from './ui/page.tsx'
import { Empty, Loading } from './ui/states.tsx'

/** What a page of an app is told: the app, and what else stands in its path. */
export interface AppPageProps {
  app: AppPath
  params: Record<string, string | undefined>
}

type Loaded<Props> = () => Promise<{ default: ComponentType<Props> }>

const serverPages: Record<string, Loaded<object>> = {
  '/': async () => ({ default: (await import('./pages/overview/overview.tsx')).Overview }),
  '/apps': async () => ({ default: (await import('./pages/apps/apps.tsx')).Apps }),
  '/operators': async () => ({ default: (await import('./pages/operators/operators.tsx')).Operators }),
  '/permissions': async () => ({
    default: (await import('./pages/permissions/permissions.tsx')).Permissions,
  }),
  '/maintenance': async () => ({ default: (await import('./pages/upkeep/upkeep.tsx')).Upkeep }),
  '/log': async () => ({ default: (await import('./pages/log/log.tsx')).Log }),
}

const appPages: Record<string, Loaded<AppPageProps>> = {
  rooms: async () => ({ default: (await import('./pages/rooms/rooms.tsx')).Rooms }),
  'rooms/:room': async () => ({ default: (await import('./pages/room/room.tsx')).Room }),
  reports: async () => ({ default: (await import('./pages/reports/reports.tsx')).Reports }),
  keywords: async () => ({ default: (await import('./pages/keywords/keywords.tsx')).Keywords }),
  users: async () => ({ default: (await import('./pages/users/users.tsx')).Users }),
  'users/:user': async () => ({ default: (await import('./pages/users/user.tsx')).User }),
  callbacks: async () => ({ default: (await import('./pages/callbacks/callbacks.tsx')).Callbacks }),
  'callbacks/:callback': async () => ({ default: (await import('./pages/callbacks/callback.tsx')).Callback }),
  explain: async () => ({ default: (await import('./pages/explain/explain.tsx')).Explain }),
  settings: async () => ({ default: (await import('./pages/settings/settings.tsx')).Settings }),
  audit: async () => ({ default: (await import('./pages/audit/audit.tsx')).Audit }),
}

const loadedServerPages = Object.entries(serverPages).map(([path, load]) => [path, lazy(load)] as const)
const loadedAppPages = Object.entries(appPages).map(([path, load]) => [path, lazy(load)] as const)

function NotThere() {
  const { t } = useLingui()
  return (
    <Page title={t`No such page`}>
      <Empty icon={Compass} title={t`There is nothing at this address.`}>
        <Link href="/" className="text-accent underline">{t`To the overview`}</Link>
      </Empty>
    </Page>
  )
}

/** Each page is loaded when it is first looked at. */
export function Pages() {
  return (
    <Suspense fallback={<Loading />}>
      <Switch>
        {loadedServerPages.map(([path, Shown]) => (
          <Route key={path} path={path}>
            <Shown />
          </Route>
        ))}
        {loadedAppPages.map(([path, Shown]) => (
          <Route key={path} path={`/a/:org/:app/${path}`}>
            {({ org = '', app = '', ...params }) => (
              // Another app, or another room of it, is another page: nothing of the one before stays.
              <Shown
                key={JSON.stringify([org, app, params])}
                app={{ org_name: org, app_name: app }}
                params={params}
              />
            )}
          </Route>
        ))}
        <Route>
          <NotThere />
        </Route>
      </Switch>
    </Suspense>
  )
}
