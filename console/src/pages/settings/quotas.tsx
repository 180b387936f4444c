import { useLingui } from '@lingui/react/macro'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call } from '../../api/client.ts'
import { Card } from '../../ui/page.tsx'
import { Badge, Loading, Problem } from '../../ui/states.tsx'
import { useBytes } from '../overview/units.ts'

interface Quota {
  of: 'app' | 'user' | 'room'
  quota: string
  unit: 'items' | 'bytes' | 'perSecond'
  limit: number | null
  used: number | null
  left: number | null
}

/** Of what quotas are shown: of the app, or of one user or chat room of it. */
interface Whose {
  user?: string
  room?: string
}

/** Quotas that a setting of the app raises; the others are the same everywhere. */
const settings = new Set([
  'rooms',
  'users',
  'fileSpace',
  'roomsPerUser',
  'userFileSpace',
  'userMessageRate',
  'historyPerRoom',
  'roomMessageRate',
])

const warnedShare = 0.8

const quotasQuery = (app: AppPath, { user, room }: Whose) =>
  queryOptions({
    queryKey: ['quotas', app.org_name, app.app_name, user, room],
    async queryFn() {
      const query = { ...(user ? { username: user } : {}), ...(room ? { room } : {}) }
      const { data = [] } = await call(
        api.GET('/{org_name}/{app_name}/quotas', { params: { path: app, query } }),
      )
      const of = user ? 'user' : room ? 'room' : 'app'
      return (data as Quota[]).filter((quota) => quota.of === of)
    },
  })

function useNames(): Record<string, string> {
  const { t } = useLingui()
  return {
    rooms: t`Chat rooms`,
    users: t`Registered users`,
    fileSpace: t`Space for attachments`,
    callbacks: t`Callback rules`,
    keywordLists: t`Keyword lists`,
    roomsPerUser: t`Chat rooms that the user is in`,
    userFileSpace: t`Space for the user’s attachments`,
    userMessageRate: t`Messages of the user`,
    maxusers: t`Members`,
    historyPerRoom: t`Messages of the history`,
    files: t`Files`,
    pins: t`Pinned messages`,
    roomMessageRate: t`Messages`,
  }
}

/** Limits, how much of each is used and left, and where one raises them. */
export function Quotas({ app, ...whose }: Whose & { app: AppPath }) {
  const { t } = useLingui()
  const { data, error, refetch } = useQuery(quotasQuery(app, whose))
  return (
    <Card title={t`Quotas and use`}>
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {data || error ? null : <Loading rows={4} />}
      <ul className="@container">
        {data?.map((quota) => (
          <Row key={quota.quota} app={app} quota={quota} />
        ))}
      </ul>
    </Card>
  )
}

type Level = 'good' | 'warn' | 'danger'

const bars: Record<Level, string> = { good: 'bg-accent', warn: 'bg-warn', danger: 'bg-danger' }

function levelOf(share: number): Level {
  if (share >= 1) return 'danger'
  return share >= warnedShare ? 'warn' : 'good'
}

function Row({ app, quota: { quota, unit, limit, used, left } }: { app: AppPath; quota: Quota }) {
  const { t, i18n } = useLingui()
  const names = useNames()
  const bytes = useBytes()
  const name = names[quota] ?? quota
  const shown = (count: number): string => (unit === 'bytes' ? bytes(count) : i18n.number(count))
  // A limit of 0 forbids: that is no quota which is used up.
  const share = !limit || used === null ? 0 : used / limit
  const level = levelOf(share)
  const [most, taken, rest] = [limit, used, left].map((count) => (count === null ? '' : shown(count)))
  return (
    <li className="grid gap-x-6 gap-y-1.5 border-t border-line px-4 py-2.5 first:border-0 @2xl:grid-cols-[14rem_1fr_8rem] @2xl:items-center">
      <div className="flex items-center gap-2">
        <span className="font-medium">{name}</span>
        {level === 'good' ? null : (
          <Badge tone={level}>
            <TriangleAlert size={12} aria-hidden="true" />
            {level === 'danger' ? t`used up` : t`nearly used up`}
          </Badge>
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-1">
        {!limit || used === null ? null : (
          <Bar label={name} share={share} level={level} says={t`${taken} of ${most}`} />
        )}
        <span className="text-[13px] text-dim">
          {used === null && limit ? t`${most} a second` : null}
          {used === null && limit === null ? t`no limit` : null}
          {used !== null && limit === null ? t`${taken} used, no limit` : null}
          {limit === 0 ? t`none allowed` : null}
          {used !== null && limit ? t`${taken} of ${most} used, ${rest} left` : null}
        </span>
      </div>
      {settings.has(quota) ? (
        <Link
          href={`${linkOf(app, 'settings')}?setting=${quota}`}
          className="text-[13px] text-accent hover:underline @2xl:text-right"
        >
          {limit === null ? t`Set a limit` : t`Change the limit`}
        </Link>
      ) : (
        <span className="text-[13px] text-dim @2xl:text-right">
          {quota === 'maxusers' ? t`set in the room` : t`fixed`}
        </span>
      )}
    </li>
  )
}

interface BarProps {
  label: string
  share: number
  level: Level
  says: string
}

function Bar({ label, share, level, says }: BarProps) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a meter of the platform cannot be coloured under the policy of the page.
    <div
      role="meter"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.min(100, Math.round(share * 100))}
      aria-valuetext={says}
      className="h-2 overflow-hidden rounded-full bg-raised"
    >
      <div
        className={`h-full origin-left rounded-full ${bars[level]}`}
        style={{ transform: `scaleX(${Math.min(1, share)})` }}
      />
    </div>
  )
}
