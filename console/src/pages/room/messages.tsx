import { useLingui } from '@lingui/react/macro'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown, MessageSquareDashed } from 'lucide-react'
import { memo, useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import type { AppPath } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { useVirtualRows } from '../../ui/row-keys.ts'
import { Scroller } from '../../ui/scroller.tsx'
import { Badge, Empty } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { tellProblem } from '../../ui/toast.tsx'
import { MessageBody } from './message-body.tsx'
import type { MessageStore, ShownMessage } from './message-store.ts'
import type { Deletion, Moderation } from './moderation.ts'
import { StandingBadges } from './standing-badges.tsx'
import type { Standing } from './standings.ts'
import { UserMenu } from './user-menu.tsx'

interface RowProps {
  app: AppPath
  message: ShownMessage
  standing: Standing
  moderation: Moderation | undefined
  isWaiting: boolean
  onState(id: string, state: Deletion): void
}

const Row = memo(
  function Row({ app, message, standing, moderation, isWaiting, onState }: RowProps) {
    const { t } = useLingui()
    const { id, from, timestamp, isGone } = message
    const isOver = isGone || isWaiting
    return (
      <div className="group flex gap-2 px-4 py-1.5 hover:bg-raised">
        <div className="min-w-0 flex-1">
          <div className="flex flex-wrap items-center gap-x-2">
            <span className="max-w-60 truncate font-semibold">{from}</span>
            <StandingBadges standing={standing} />
            <span className="text-xs text-dim">
              <Time at={timestamp} short />
            </span>
            {isGone ? <Badge>{t`Deleted`}</Badge> : null}
            {isWaiting && !isGone ? <Badge tone="danger">{t`Being deleted`}</Badge> : null}
          </div>
          <div className={isOver ? 'text-dim line-through' : ''}>
            <MessageBody message={message} />
          </div>
        </div>
        {moderation ? (
          <UserMenu
            app={app}
            user={from}
            standing={standing}
            moderation={moderation}
            {...(isOver
              ? {}
              : {
                  onDelete: (reason) => moderation.deleteMessage(id, (state) => onState(id, state), reason),
                })}
          />
        ) : null}
      </div>
    )
  },
  (a, b) =>
    a.message === b.message &&
    a.isWaiting === b.isWaiting &&
    a.moderation === b.moderation &&
    JSON.stringify(a.standing) === JSON.stringify(b.standing),
)

const rowPixels = (): number => 56

interface Props {
  app: AppPath
  store: MessageStore
  standingOf(user: string): Standing
  /** Left out for those who may only look. */
  moderation: Moderation | undefined
  readOlder(): Promise<void>
}

/** The messages of a room, the newest at the end, where it stays as long as one does not scroll away. */
export function MessageList({ app, store, standingOf, moderation, readOlder }: Props) {
  const { t } = useLingui()
  const place = useRef<HTMLElement>(null)
  const [waiting, setWaiting] = useState<ReadonlySet<string>>(new Set())
  // What one points at stays where it is: in a lively room, one would moderate the wrong message.
  const [isHeld, setHeld] = useState(false)
  const { list, hasOlder } = useSyncExternalStore(store.subscribe, store.current)
  const keyOf = useCallback((index: number) => list[index]?.id ?? index, [list])
  const virtual = useVirtualizer({
    count: list.length,
    getScrollElement: () => place.current,
    estimateSize: rowPixels,
    getItemKey: keyOf,
    overscan: 4,
    anchorTo: 'end',
    followOnAppend: !isHeld,
    scrollEndThreshold: 60,
  })
  const shown = virtual.getVirtualItems()
  const first = shown[0]?.index ?? 0
  const isReady = list.length > 0
  useVirtualRows(place, list.length, virtual.scrollToIndex)
  useEffect(() => {
    if (isReady) virtual.scrollToEnd()
  }, [isReady, virtual])
  useOlder(isReady && hasOlder && first === 0 && !virtual.isAtEnd(0), readOlder)

  function onState(id: string, state: Deletion): void {
    setWaiting(
      (before) => new Set(state === 'waiting' ? [...before, id] : [...before].filter((one) => one !== id)),
    )
    if (state === 'gone') store.markGone(id)
  }

  return (
    <div
      className="relative min-h-0 flex-1"
      onPointerEnter={({ pointerType }) => pointerType === 'mouse' && setHeld(virtual.isAtEnd(80))}
      onPointerLeave={() => {
        if (isHeld) virtual.scrollToEnd()
        setHeld(false)
      }}
    >
      <Scroller isList ref={place} label={t`Messages`} className="h-full overflow-y-auto overscroll-contain">
        {isReady || hasOlder ? null : (
          <Empty icon={MessageSquareDashed} title={t`Nobody has said anything yet.`}>
            {t`Messages appear here as they are sent. You are not in the room: nobody sees that you look.`}
          </Empty>
        )}
        <div className="relative w-full" style={{ height: virtual.getTotalSize() }}>
          {shown.map(({ key, index, start }) => {
            const message = list[index]
            return message ? (
              <div
                key={key}
                data-index={index}
                data-row={index}
                tabIndex={-1}
                ref={virtual.measureElement}
                className="absolute top-0 left-0 w-full"
                style={{ transform: `translateY(${start}px)` }}
              >
                <Row
                  app={app}
                  message={message}
                  standing={standingOf(message.from)}
                  moderation={moderation}
                  isWaiting={waiting.has(message.id)}
                  onState={onState}
                />
              </div>
            ) : null
          })}
        </div>
      </Scroller>
      {isReady && !virtual.isAtEnd(80) ? (
        <Button
          size="small"
          className="absolute bottom-3 left-1/2 -translate-x-1/2 shadow-lg"
          onClick={() => virtual.scrollToEnd()}
        >
          <ArrowDown size={14} aria-hidden="true" />
          {t`To the latest`}
        </Button>
      ) : null}
    </div>
  )
}

/** Reads older messages once the top is reached. */
function useOlder(isWanted: boolean, readOlder: () => Promise<void>): void {
  const isReading = useRef(false)
  useEffect(() => {
    if (!isWanted || isReading.current) return
    isReading.current = true
    readOlder()
      .catch(tellProblem)
      .finally(() => {
        isReading.current = false
      })
  }, [isWanted, readOlder])
}
