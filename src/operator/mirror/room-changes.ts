import { limits } from '../../domain/limits.ts'
import type { RoomState } from './room-state.ts'

/** Something that differs, and the call that ends it. */
export interface Change {
  /** In plain words. */
  does: string
  /** Whom or what it is about. */
  of?: string[]
  method: 'POST' | 'PUT' | 'DELETE'
  path: string
  body?: object
}

/** Clocks and the time between two reads: less is no difference. */
const toleranceMs = 15_000

function* batches<T>(items: Iterable<T>, size: number): Generator<T[]> {
  const all = [...items]
  for (let from = 0; from < all.length; from += size) yield all.slice(from, from + size)
}

const without = <T>(items: Iterable<T>, others: { has(item: T): boolean } | undefined): T[] =>
  [...items].filter((item) => !others?.has(item))

const path = (usernames: string[]): string => usernames.map(encodeURIComponent).join(',')

/** Builds the calls that make a room like another one. */
class Plan {
  readonly changes: Change[] = []
  private readonly room: string
  /** Who is in the room after the changes so far, without its owner. */
  private readonly present: Set<string>
  /** An owner may leave: then it is brought in for what only members get, and nothing takes it out again. */
  private ownerIsIn: boolean
  private maxusers: number

  constructor(
    private readonly id: string,
    private readonly from: RoomState,
    private readonly to: RoomState,
  ) {
    this.room = `/chatrooms/${encodeURIComponent(id)}`
    this.present = new Set(to.members)
    this.ownerIsIn = to.ownerIsIn
    this.maxusers = to.maxusers
  }

  add(does: string, method: Change['method'], rest: string, body?: object, of?: string[]): void {
    this.changes.push({
      does,
      method,
      path: this.room + rest,
      ...(of ? { of } : {}),
      ...(body ? { body } : {}),
    })
  }

  /** Raises the ceiling where it is too low for those who come; `details` sets what it shall be. */
  private makeRoom(comers: number): void {
    const needed = Math.max(this.from.maxusers, this.present.size + 1 + comers)
    if (this.present.size + 1 + comers <= this.maxusers) return
    this.maxusers = needed
    this.add('make room', 'PUT', '', { maxusers: needed })
  }

  private bringIn(does: string, users: string[]): void {
    for (const usernames of batches(users, limits.membersAdded.value)) {
      this.makeRoom(usernames.length)
      this.add(does, 'POST', '/users', { usernames }, usernames)
      for (const user of usernames) this.present.add(user)
    }
  }

  private takeOut(does: string, users: string[]): void {
    for (const usernames of batches(users, limits.membersRemoved.value)) {
      this.add(does, 'DELETE', `/users/${path(usernames)}`, undefined, usernames)
      for (const user of usernames) this.present.delete(user)
    }
  }

  /** Who is not in the room cannot be blocked: it is brought in first, for that moment. */
  private block(users: string[]): void {
    for (const usernames of batches(users, limits.membersListed.value)) {
      this.bringIn('bring in, to block', without(usernames, this.present))
      this.add('block', 'POST', '/blocks/users', { usernames }, usernames)
      for (const user of usernames) this.present.delete(user)
    }
  }

  people(): void {
    const { from, to } = this
    const blocked = from.blocked ?? new Set()
    const wanted = new Set(without(from.members, blocked))
    for (const usernames of batches(
      without(to.blocked ?? [], from.blocked ?? to.blocked),
      limits.membersListed.value,
    ))
      this.add('unblock', 'DELETE', `/blocks/users/${path(usernames)}`, undefined, usernames)

    const toBlock = without(blocked, to.blocked)
    const later = new Set(toBlock)
    this.takeOut(
      'remove',
      without(to.members, wanted).filter((user) => user !== from.owner && !later.has(user)),
    )
    const comers = without(wanted, this.present).filter((user) => user !== to.owner)
    if (from.owner !== to.owner && !this.present.has(from.owner)) comers.push(from.owner)
    this.block(toBlock.filter((user) => user !== to.owner))
    this.bringIn('add', comers)

    if (from.owner === to.owner) {
      if (from.ownerIsIn) this.bringOwnerIn('add')
      return
    }
    this.add('transfer to', 'PUT', '', { newowner: from.owner }, [from.owner])
    this.present.delete(from.owner)
    if (to.ownerIsIn) this.present.add(to.owner)
    this.ownerIsIn = true
    if (later.has(to.owner)) this.block([to.owner])
    else if (wanted.has(to.owner)) this.bringIn('add', without([to.owner], this.present))
    else if (to.ownerIsIn) this.takeOut('remove', [to.owner])
  }

  private bringOwnerIn(does: string): void {
    if (this.ownerIsIn) return
    const { owner } = this.from
    this.bringIn(does, [owner])
    this.present.delete(owner)
    this.ownerIsIn = true
  }

  admins(): void {
    const { from, to } = this
    if (!from.admins) return
    const is = new Set(to.admins)
    for (const user of without(is, from.admins).filter(
      (each) => this.present.has(each) && each !== from.owner,
    ))
      this.add('no longer an admin', 'DELETE', `/admin/${encodeURIComponent(user)}`, undefined, [user])
    for (const user of without(from.admins, is).filter((each) => each !== from.owner))
      this.add('make an admin', 'POST', '/admin', { newadmin: user }, [user])
  }

  mutes(): void {
    const { from, to } = this
    if (!from.mutes) return
    const { mutes } = from
    const is = to.mutes ?? new Map<string, number>()
    for (const usernames of batches(without(is.keys(), mutes), limits.membersMuted.value))
      this.add('unmute', 'DELETE', `/mute/${path(usernames)}`, undefined, usernames)
    const differ = ([user, left]: [string, number]): boolean => {
      const now = is.get(user)
      if (from.blocked?.has(user) || now === left) return false
      return now === undefined || now === -1 || left === -1 || Math.abs(now - left) > toleranceMs
    }
    for (const [user, left] of [...mutes].filter(differ)) {
      const isOwner = user === from.owner
      const isVisitor = !isOwner && !this.present.has(user)
      if (isOwner) this.bringOwnerIn('bring in, to mute')
      if (isVisitor) this.bringIn('bring in, to mute', [user])
      this.add('mute', 'POST', '/mute', { usernames: [user], mute_duration: left }, [user])
      if (isVisitor) this.takeOut('take out again', [user])
    }
  }

  allowList(): void {
    const { from, to } = this
    if (!from.allowed) return
    const is = to.allowed ?? new Set()
    const gone = without(is, from.allowed).filter((user) => this.present.has(user))
    for (const usernames of batches(gone, limits.membersListed.value))
      this.add('off the allow list', 'DELETE', `/white/users/${path(usernames)}`, undefined, usernames)
    const listed = without(from.allowed, is).filter((user) => this.present.has(user))
    for (const usernames of batches(listed, limits.membersListed.value))
      this.add('on the allow list', 'POST', '/white/users', { usernames }, usernames)
  }

  attributes(): void {
    const { id, from, to } = this
    if (!from.attributes) return
    const is = to.attributes ?? new Map<string, string>()
    const metadata = (rest: string) => `/metadata/chatroom/${encodeURIComponent(id)}/user/${rest}/forced`
    for (const keys of batches(without(is.keys(), from.attributes), limits.attributesSet.value))
      this.changes.push({
        does: 'remove attributes',
        of: keys,
        method: 'DELETE',
        path: metadata('admin'),
        body: { keys },
      })
    // Who set them is not told by the hosted service: the owner, or, where it has left, some member.
    const setter = this.ownerIsIn ? from.owner : ([...this.present][0] ?? from.owner)
    const differ = [...from.attributes].filter(([key, value]) => is.get(key) !== value)
    for (const some of batches(differ, limits.attributesSet.value))
      this.changes.push({
        does: 'set attributes',
        of: some.map(([key]) => key),
        method: 'PUT',
        path: metadata(encodeURIComponent(setter)),
        body: { metaData: Object.fromEntries(some), autoDelete: 'NO_DELETE' },
      })
  }

  details(): void {
    const { from, to } = this
    if (from.announcement !== undefined && from.announcement !== to.announcement)
      this.add('set the announcement', 'POST', '/announcement', { announcement: from.announcement })
    for (const field of ['name', 'description', 'custom'] as const)
      if (from[field] !== to[field]) this.add(`change the ${field}`, 'PUT', '', { [field]: from[field] })
    // One more than there where that is full without its owner, who is in it here.
    const maxusers = Math.max(from.maxusers, this.present.size + (this.ownerIsIn ? 1 : 0))
    if (maxusers !== this.maxusers) this.add('change maxusers', 'PUT', '', { maxusers })
    if (from.isMuted !== to.isMuted)
      this.add(from.isMuted ? 'mute everybody' : 'unmute everybody', from.isMuted ? 'POST' : 'DELETE', '/ban')
  }
}

/** The calls that make the room `to` like `from`, in an order in which each is allowed. */
export function changesOf(
  id: string,
  from: RoomState,
  to: RoomState,
  disabled: { from: boolean; to: boolean },
): Change[] {
  const plan = new Plan(id, from, to)
  plan.people()
  plan.admins()
  plan.mutes()
  plan.allowList()
  plan.attributes()
  plan.details()
  const { changes } = plan
  const room = `/chatrooms/${encodeURIComponent(id)}`
  // Nobody can be brought into a disabled room.
  if (disabled.to && (changes.length > 0 || !disabled.from))
    changes.unshift({ does: 'enable', method: 'POST', path: `${room}/enable` })
  if (disabled.from && (changes.length > 0 || !disabled.to))
    changes.push({ does: 'disable', method: 'POST', path: `${room}/disable` })
  return changes
}
