import { type AppPath, api, call } from '../../api/client.ts'
import { type Job, readJobRooms } from './bulk.ts'

interface Change {
  type: string
  from?: string
  usernames?: string[]
  before?: Record<string, never> & { admins?: string[] }
}

interface Entry {
  timestamp: number
  operator: string
  changes: Change[]
}

/** How far undoing is. */
export interface Undone {
  total: number
  undone: number
  /** Rooms that stay as they are, and why. */
  failed: { room: string; reason: string }[]
}

const roomPath = '/{org_name}/{app_name}/chatrooms/{chatroom_id}'

/** Rooms at a time: more would only wait for each other. */
const together = 4

const pageSize = 200
const auditPage = 50

/** Brings members back, the admins among them as admins; mutes have outlasted their absence. */
async function bringBack(app: AppPath, room: string, usernames: string[], admins: string[]): Promise<void> {
  const at = { params: { path: { ...app, chatroom_id: room } } }
  await call(api.POST(`${roomPath}/users`, { ...at, body: { usernames } }))
  for (const newadmin of admins) await call(api.POST(`${roomPath}/admin`, { ...at, body: { newadmin } }))
}

/** What undoes one change of the audit trail. */
function undoChange(app: AppPath, room: string, change: Change): Promise<unknown> | undefined {
  const at = { params: { path: { ...app, chatroom_id: room } } }
  const { from = '', usernames = [], before = {} } = change
  switch (change.type) {
    case 'room.changed':
      return call(api.PUT(roomPath, { ...at, body: before }))
    case 'room.transferred':
      return call(api.PUT(roomPath, { ...at, body: { newowner: from } }))
    case 'room.muted':
      return call(api.DELETE(`${roomPath}/ban`, at))
    case 'member.joined':
      return call(
        api.DELETE(`${roomPath}/users/{username}`, {
          params: { path: { ...at.params.path, username: usernames.join() } },
        }),
      )
    case 'member.removed':
      return bringBack(app, room, usernames, before.admins ?? [])
    default:
      return undefined
  }
}

/** What the job has changed in a room, the latest first, as the audit trail has it. */
async function changesOf(app: AppPath, room: string, { created, ended = 0 }: Job, operator: string) {
  const found: Change[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: { data?: unknown; cursor?: string } = await call(
      api.GET(`${roomPath}/audit`, {
        params: {
          path: { ...app, chatroom_id: room },
          query: { limit: auditPage, ...(cursor ? { cursor } : {}) },
        },
      }),
    )
    const entries = (page.data ?? []) as Entry[]
    for (const { timestamp, operator: by, changes } of entries)
      if (by === `operator:${operator}` && timestamp >= created && timestamp <= ended)
        found.push(...changes.toReversed())
    const last = entries.at(-1)
    cursor = last && last.timestamp >= created ? page.cursor : undefined
  }
  return found
}

async function undoRoom(app: AppPath, room: string, job: Job, operator: string): Promise<void> {
  if (job.action === 'dissolve') {
    await call(api.POST(`${roomPath}/restore`, { params: { path: { ...app, chatroom_id: room } } }))
    return
  }
  for (const change of await changesOf(app, room, job, operator)) await undoChange(app, room, change)
}

/** Undoes what a job of this operator did, room by room, by what the audit trail says of each. */
export async function undoJob(
  app: AppPath,
  job: Job,
  operator: string,
  report: (progress: Undone) => void,
): Promise<void> {
  const progress: Undone = { total: job.done, undone: 0, failed: [] }
  const undo = async (room: string): Promise<void> => {
    try {
      await undoRoom(app, room, job, operator)
      progress.undone += 1
    } catch (error) {
      progress.failed.push({ room, reason: error instanceof Error ? error.message : String(error) })
    }
    report({ ...progress })
  }
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = await readJobRooms(app, job.id, 'done', cursor, pageSize)
    const left = page.rows.map(({ room }) => room)
    while (left.length > 0) await Promise.all(left.splice(0, together).map(undo))
    cursor = page.cursor
  }
}
