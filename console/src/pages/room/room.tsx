import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { Radio, Unplug } from 'lucide-react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { isRefusal } from '../../api/client.ts'
import type { FeedState } from '../../api/feed.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { Badge, Problem } from '../../ui/states.tsx'
import { Tabs } from '../../ui/tabs.tsx'
import { useIsWide } from '../../ui/wide.ts'
import { AuditList } from '../audit/audit-list.tsx'
import { Members } from './members.tsx'
import { MessageList } from './messages.tsx'
import { useModeration } from './moderation.ts'
import { Reply } from './reply.tsx'
import { useRoomFeed } from './room-feed.ts'
import { detailsQuery } from './room-queries.ts'
import { RoomSettings } from './room-settings.tsx'
import { Sanctions } from './sanctions.tsx'
import { useStandings } from './standings.ts'

/** One room, live, with all that a moderator can do. It does not join: nobody in the room sees it. */
export function Room({ app, params: { room = '' } }: AppPageProps) {
  const { t } = useLingui()
  const may = useMay()
  const isWide = useIsWide()
  const [chosen, choose] = useParam('tab')
  const { data: details, error, refetch } = useQuery(detailsQuery(app, room))
  const { state, store, readOlder } = useRoomFeed(app, room)
  const actions = useModeration(app, room)
  const standingOf = useStandings(app, room)
  const mayModerate = may('moderator')
  const mayRun = may('admin')
  const moderation = mayModerate ? actions : undefined

  if (error && !details)
    return (
      <Page title={isRefusal(error, 404) ? t`No such room` : t`Room`}>
        <Problem error={error} onRetry={refetch} />
        <Link href={linkOf(app, 'rooms')} className="text-accent underline">{t`All chat rooms`}</Link>
      </Page>
    )

  const stream = (
    <div className="flex h-full min-h-0 flex-col">
      <MessageList {...{ app, store, standingOf, moderation, readOlder }} />
      {mayRun ? <Reply app={app} room={room} /> : null}
    </div>
  )
  const tabs = [
    ...(isWide ? [] : [{ id: 'messages', title: t`Messages`, content: stream }]),
    { id: 'members', title: t`Members`, content: <Members {...{ app, room, standingOf, moderation }} /> },
    { id: 'sanctions', title: t`Sanctions`, content: <Sanctions {...{ app, room, moderation }} /> },
    {
      id: 'settings',
      title: t`Settings`,
      content: <RoomSettings app={app} room={room} mayChange={mayRun} mayModerate={mayModerate} />,
    },
    { id: 'audit', title: t`Audit trail`, content: <AuditList app={app} room={room} /> },
  ]
  const tab = tabs.find(({ id }) => id === chosen)?.id ?? tabs[0]?.id ?? ''

  return (
    <Page
      isFull
      title={details?.name || room}
      actions={
        <>
          {details?.disabled ? <Badge tone="warn">{t`Disabled`}</Badge> : null}
          {details?.mute ? <Badge tone="warn">{t`Everybody is muted`}</Badge> : null}
          <Live state={state} />
        </>
      }
    >
      <div className="flex min-h-0 flex-1 overflow-hidden rounded-lg border border-line bg-panel">
        {isWide ? <div className="min-w-0 flex-1">{stream}</div> : null}
        <div className="min-h-0 w-full lg:w-96 lg:border-l lg:border-line">
          <Tabs label={t`Of this room`} tabs={tabs} value={tab} onChange={choose} />
        </div>
      </div>
    </Page>
  )
}

/** Whether what is shown is what is. */
function Live({ state }: { state: FeedState }) {
  const { t } = useLingui()
  return (
    <span role="status">
      {state === 'live' ? (
        <Badge tone="good">
          <Radio size={12} aria-hidden="true" />
          {t`Live`}
        </Badge>
      ) : null}
      {state === 'connecting' ? <Badge>{t`Connecting…`}</Badge> : null}
      {state === 'lost' ? (
        <Badge tone="danger">
          <Unplug size={12} aria-hidden="true" />
          {t`Connection lost: trying again`}
        </Badge>
      ) : null}
      {state === 'refused' ? <Badge tone="warn">{t`Not live: this app keeps no log of events`}</Badge> : null}
    </span>
  )
}
