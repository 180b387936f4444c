import { type AppPath, api, call, isRefusal } from '../../api/client.ts'
import { from } from '../../api/pages.ts'

const roomPath = '/{org_name}/{app_name}/chatrooms/{chatroom_id}'

interface Page {
  data?: unknown
  cursor?: string | undefined
}

/** An app without a history has no messages to export: already the first page is refused. */
function withoutHistory(error: unknown, { cursor }: { cursor?: string }): Page {
  if (cursor === undefined && isRefusal(error, 400)) return {}
  throw error
}

/** Every page of a list, one after another. */
async function* pages(read: (cursor: { cursor?: string }) => Promise<Page>): AsyncGenerator<unknown[]> {
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: Page = await read(from(cursor))
    yield Array.isArray(page.data) ? page.data : []
    cursor = page.cursor
  }
}

/** Everything of a room as lines of JSON, each with what it is. */
async function* linesOf(app: AppPath, room: string): AsyncGenerator<unknown[]> {
  const path = { ...app, chatroom_id: room }
  const at = { params: { path } }
  const lines = (type: string, values: unknown): object[] =>
    (Array.isArray(values) ? values : [values]).map((value) => ({ type, value }))

  yield lines('room', (await call(api.GET(roomPath, at))).data)
  yield lines('announcement', (await call(api.GET(`${roomPath}/announcement`, at))).data)
  yield lines('slow_mode', (await call(api.GET(`${roomPath}/slow_mode`, at))).data)
  yield lines('lifecycle', (await call(api.GET(`${roomPath}/lifecycle`, at))).data)
  const attributes = await call(
    api.POST('/{org_name}/{app_name}/metadata/chatroom/{chatroom_id}', { ...at, body: {} }),
  )
  yield Object.entries(attributes.data ?? {}).map(([key, value]) => ({ type: 'attribute', key, value }))
  yield lines('admin', (await call(api.GET(`${roomPath}/admin`, at))).data)
  yield lines('muted', (await call(api.GET(`${roomPath}/mute`, at))).data)
  yield lines('banned', (await call(api.GET(`${roomPath}/bans`, at))).data)
  yield lines('allowed', (await call(api.GET(`${roomPath}/white/users`, at))).data)
  for await (const members of pages((cursor) =>
    call(
      api.GET(`${roomPath}/users`, {
        params: { path, query: { joined_time: 'true', sort: 'asc', limit: 100, ...cursor } },
      }),
    ),
  ))
    yield lines('member', members)
  for await (const messages of pages((cursor) =>
    call(
      api.GET(`${roomPath}/messages`, { params: { path, query: { order: 'up', limit: 100, ...cursor } } }),
    ).catch((error) => withoutHistory(error, cursor)),
  ))
    yield lines('message', messages)
}

/** A file of all lines. Each page goes into it as it comes, so that none is kept beside it; `report` counts lines. */
export async function exportRoom(app: AppPath, room: string, report: (lines: number) => void): Promise<Blob> {
  let file = new Blob([], { type: 'application/x-ndjson' })
  let count = 0
  for await (const lines of linesOf(app, room)) {
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    file = new Blob([file, text], { type: file.type })
    count += lines.length
    report(count)
  }
  return file
}
