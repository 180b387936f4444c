import { limits } from '../../domain/limits.ts'
import { RestError } from '../rest.ts'
import { listPages, listSuperAdmins } from './listing.ts'
import { apply, type Sides } from './sides.ts'
import type { Listed } from './state.ts'

/** Registers users, without passwords: these stay with the hosted service. */
async function register(sides: Sides, users: Listed[]): Promise<void> {
  const { state, report, isDiff } = sides
  for (let from = 0; from < users.length; from += limits.usersRegistered.value) {
    const batch = users.slice(from, from + limits.usersRegistered.value)
    const body = batch.map(({ id, nickname }) => ({
      username: id,
      ...(nickname === null ? {} : { nickname }),
    }))
    const of = batch.map(({ id }) => id)
    const isDone = await apply(sides, 'users', { does: 'register', of, method: 'POST', path: '/users', body })
    if (!isDone || isDiff) continue
    report.counts.usersRegistered += batch.length
    state.addHere(
      'users',
      batch.map((user) => ({ ...user, isOff: false })),
    )
  }
}

async function compare(sides: Sides, { id, nickname, isOff }: Listed): Promise<void> {
  const { state } = sides
  const is = state.here('users', id)
  if (!is) return
  const path = `/users/${encodeURIComponent(id)}`
  if (nickname !== null && nickname !== is.nickname)
    await apply(sides, `user ${id}`, { does: 'change the nickname', method: 'PUT', path, body: { nickname } })
  if (isOff !== is.isOff) {
    const does = isOff ? 'deactivate' : 'activate'
    await apply(sides, `user ${id}`, { does, method: 'POST', path: `${path}/${does}` })
  }
  if (!sides.isDiff) state.addHere('users', [{ id, nickname: nickname ?? is.nickname, isOff }])
}

async function copyPage(sides: Sides, page: Listed[]): Promise<void> {
  await register(
    sides,
    page.filter(({ id }) => !sides.state.here('users', id)),
  )
  for (const user of page) await compare(sides, user)
}

/** Copies the users that are not here yet, and what has changed of the others. */
export async function copyUsers(sides: Sides): Promise<void> {
  const { there, state, report, signal } = sides
  const place = state.place('users')
  if (place === null) return
  for await (const { page, next } of listPages(there, 'users', place)) {
    signal.throwIfAborted()
    await copyPage(sides, page)
    state.addPage('users', page, next)
    report.counts.users += page.length
    report.progress()
  }
}

/** Registers those of some users that came after their page was read. */
export async function copyLateUsers(sides: Sides, usernames: Iterable<string>): Promise<void> {
  const { state, isDiff } = sides
  if (isDiff) return
  const late = [...usernames].filter((id) => !state.here('users', id))
  if (late.length > 0)
    await register(
      sides,
      late.map((id) => ({ id, nickname: null, isOff: false })),
    )
}

/** Deletes users that were copied and are gone there. */
export async function deleteUsers(sides: Sides): Promise<void> {
  const { there, state, signal } = sides
  for (const id of state.gone('users')) {
    signal.throwIfAborted()
    const path = `/users/${encodeURIComponent(id)}`
    if (!(await isGone(() => there('GET', path)))) continue
    const isHere = state.here('users', id) !== undefined
    if (!isHere || (await apply(sides, `user ${id}`, { does: 'delete', method: 'DELETE', path })))
      state.forget('users', id)
  }
}

/** A page may miss what has moved meanwhile: only a 404 of its own says that something is gone. */
export async function isGone(read: () => Promise<unknown>): Promise<boolean> {
  try {
    await read()
    return false
  } catch (error) {
    if (error instanceof RestError && error.status === 404) return true
    throw error
  }
}

/** Makes the super admins the same, but for those that were not copied. */
export async function copySuperAdmins(sides: Sides): Promise<void> {
  const { there, here, state, isDiff } = sides
  const wanted = await listSuperAdmins(there)
  const are = new Set(await listSuperAdmins(here))
  const copied = JSON.parse(state.place('super admins') ?? '[]') as string[]
  await copyLateUsers(sides, wanted)
  const path = '/chatrooms/super_admin'
  for (const superadmin of wanted.filter((user) => !are.has(user)))
    await apply(sides, `user ${superadmin}`, {
      does: 'make a super admin',
      method: 'POST',
      path,
      body: { superadmin },
    })
  for (const user of copied.filter((each) => are.has(each) && !wanted.includes(each)))
    await apply(sides, `user ${user}`, {
      does: 'no longer a super admin',
      method: 'DELETE',
      path: `${path}/${encodeURIComponent(user)}`,
    })
  if (!isDiff) state.setPlace('super admins', JSON.stringify(wanted))
}
