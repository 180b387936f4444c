import { type CallRest, RestError } from '../rest.ts'
import type { Kind, Listed } from './state.ts'

const pages: Record<Kind, { path: string; limit: number }> = {
  users: { path: '/users', limit: 100 },
  rooms: { path: '/chatrooms', limit: 1000 },
}

interface Entry {
  username?: string
  nickname?: string
  activated?: boolean
  id?: string
  disabled?: boolean
}

/** Pages through users or rooms of an app, beginning at a cursor; `next` is null on the last page. */
export async function* listPages(
  call: CallRest,
  kind: Kind,
  start?: string,
): AsyncGenerator<{ page: Listed[]; next: string | null }> {
  const { path, limit } = pages[kind]
  let cursor = start ?? ''
  do {
    const from = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const returned = await call('GET', `${path}?limit=${limit}${from}`).catch((error) => {
      // A cursor of an earlier run may have ended.
      if (!(error instanceof RestError) || error.status !== 400 || cursor !== start) throw error
      return call('GET', `${path}?limit=${limit}`)
    })
    const rows = (kind === 'users' ? returned.entities : returned.data) as Entry[] | undefined
    const page = (rows ?? []).map(({ username, nickname, activated, id, disabled }) => ({
      id: (kind === 'users' ? username : id) ?? '',
      nickname: nickname ?? null,
      isOff: kind === 'users' ? activated === false : disabled === true,
    }))
    cursor = returned.cursor ? String(returned.cursor) : ''
    yield { page, next: cursor === '' ? null : cursor }
  } while (cursor !== '')
}

/** The super admins of an app. */
export async function listSuperAdmins(call: CallRest): Promise<string[]> {
  const pageSize = 1000
  const all: string[] = []
  for (let page = 1; ; page += 1) {
    const { data } = await call('GET', `/chatrooms/super_admin?pagenum=${page}&pagesize=${pageSize}`)
    const names = (data ?? []) as string[]
    all.push(...names)
    if (names.length < pageSize) return all
  }
}
