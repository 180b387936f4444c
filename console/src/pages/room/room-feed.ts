import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { type FeedState, followFeed } from '../../api/feed.ts'
import { type HistoryLine, MessageStore } from './message-store.ts'

/** What the page must hear of. Messages are in a feed only where it asks for them by name. */
const types = [
  'room.changed room.transferred room.dissolved room.disabled room.enabled room.muted room.unmuted room.slowed room.rescheduled',
  'member.joined member.left member.removed member.blocked member.unblocked member.muted member.unmuted',
  'admin.added admin.removed announcement.changed attributes.set attributes.removed message.deleted',
  'message.sent message.recalled',
].flatMap((line) => line.split(' '))

const pageSize = 50

/** Lists of a room are read again this long after something changed, once for all that changed meanwhile. */
const settleMs = 400

export const roomKey = (app: AppPath, room: string): string[] => ['room', app.org_name, app.app_name, room]

interface RoomFeed {
  state: FeedState
  /** Those who show messages subscribe to it: the rest of the page is not drawn again for each. */
  store: MessageStore
  readOlder(): Promise<void>
}

async function readPage(app: AppPath, room: string, until?: number, cursor?: string) {
  const page = await call(
    api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}/messages', {
      params: {
        path: { ...app, chatroom_id: room },
        query: { limit: pageSize, ...(until ? { endTimestamp: until } : {}), ...(cursor ? { cursor } : {}) },
      },
    }),
  )
  return { lines: (page.data ?? []) as HistoryLine[], cursor: page.cursor }
}

/** The messages of a room as they come, and its history backwards. */
export function useRoomFeed(app: AppPath, room: string): RoomFeed {
  const queries = useQueryClient()
  const [store] = useState(() => new MessageStore())
  const [state, setState] = useState<FeedState>('connecting')
  const { org_name, app_name } = app

  useEffect(() => {
    const path = { org_name, app_name }
    let settling: ReturnType<typeof setTimeout> | undefined
    function settle(): void {
      settling ??= setTimeout(() => {
        settling = undefined
        void queries.invalidateQueries({ queryKey: roomKey(path, room) })
      }, settleMs)
    }
    async function readLatest(): Promise<void> {
      const { lines, cursor } = await readPage(path, room)
      store.addPage(lines, cursor !== undefined)
    }
    const query = new URLSearchParams({ room, type: types.join(',') })
    const close = followFeed({
      url: `/${encodeURIComponent(org_name)}/${encodeURIComponent(app_name)}/events?${query}`,
      onEvents(events) {
        store.take(events)
        if (events.some(({ type }) => type !== 'message.sent' && type !== 'message.recalled')) settle()
      },
      onReset() {
        settle()
        void readLatest()
      },
      onState(next) {
        setState(next)
        // The feed begins with what happens from now on: what was said until then is in the history.
        if (next === 'live' || next === 'refused') readLatest().catch(() => store.addPage([], false))
      },
    })
    return () => {
      clearTimeout(settling)
      close()
    }
  }, [org_name, app_name, room, store, queries])

  const readOlder = useCallback(async () => {
    const path = { org_name, app_name }
    const known = new Set(store.current().list.map(({ id }) => id))
    const oldest = store.current().list[0]
    let page = await readPage(path, room, oldest?.timestamp)
    // Many may have come in the millisecond of the oldest one.
    while (page.cursor && page.lines.every(({ msg_id: id }) => known.has(id)))
      page = await readPage(path, room, oldest?.timestamp, page.cursor)
    store.addPage(page.lines, page.cursor !== undefined)
  }, [org_name, app_name, room, store])

  return { state, store, readOlder }
}
