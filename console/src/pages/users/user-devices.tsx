import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { type AppPath, api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { Card } from '../../ui/page.tsx'
import { Time } from '../../ui/time.tsx'
import { devicesQuery, userKey } from './user-queries.ts'

interface Props {
  app: AppPath
  user: string
}

/** With what a user is connected, and since when. */
export function UserDevices({ app, user }: Props) {
  const { t } = useLingui()
  const may = useMay()
  const act = useAct(userKey(app, user))
  const { data: devices } = useQuery(devicesQuery(app, user))
  const end = (resource: string): Promise<void> =>
    act(
      call(
        api.DELETE('/{org_name}/{app_name}/users/{username}/disconnect/{resource}', {
          params: { path: { ...app, username: user, resource } },
        }),
      ),
      t`Disconnected`,
    )
  return (
    <Card title={t`Devices`}>
      <ul>
        {devices?.length === 0 ? <li className="px-4 py-3 text-dim">{t`Not connected.`}</li> : null}
        {devices?.map(({ res, device_name: name, connected }) => (
          <li
            key={res}
            className="flex items-center justify-between gap-2 border-t border-line px-4 py-2 first:border-0"
          >
            <div className="min-w-0">
              <div className="break-all">
                {name} <span className="font-mono text-xs text-dim">{res}</span>
              </div>
              {connected ? (
                <div className="text-xs text-dim">
                  {t`connected since`} <Time at={connected} short />
                </div>
              ) : null}
            </div>
            {may('admin') ? <Button size="small" onClick={() => end(res)}>{t`Disconnect`}</Button> : null}
          </li>
        ))}
      </ul>
    </Card>
  )
}
