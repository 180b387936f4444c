import type { Json } from './json.ts'
import { until } from './until.ts'

type Call = (method: string, path: string, body?: object) => Promise<{ status: number; body: Json }>

/** Waits for the end of a bulk job; returns it as it is then. */
export async function bulkEnd(call: Call, id: string): Promise<Json> {
  let job: Json
  await until(async () => {
    job = (await call('GET', `/chatrooms/bulk/${id}`)).body.data
    return job.ended !== undefined
  }, 300)
  return job
}

/** Begins a bulk job and waits for its end. */
export async function runBulk(call: Call, asked: object): Promise<Json> {
  const { status, body } = await call('POST', '/chatrooms/bulk', asked)
  if (status !== 200) throw new Error(`no job: ${JSON.stringify(body)}`)
  return bulkEnd(call, body.data.id)
}

/** What became of each room of a job. */
export async function bulkRooms(call: Call, id: string, query = ''): Promise<Json[]> {
  const rooms: Json[] = []
  for (let cursor = ''; ; ) {
    const path = `/chatrooms/bulk/${id}/rooms?limit=1000${query}${cursor && `&cursor=${cursor}`}`
    const { body } = await call('GET', path)
    rooms.push(...body.data)
    if (body.cursor === undefined) return rooms
    cursor = body.cursor
  }
}
