import { Failure } from '../domain/failure.ts'
import { notMembers, roomMissing } from '../domain/failures.ts'
import { limits } from '../domain/limits.ts'
import { idIllegal } from '../domain/room.ts'
import type { Commit } from '../engine/commit.ts'
import { joinRoom, leaveRoom } from '../operations/members/join-room.ts'
import { tooMany } from './accept.ts'
import { bytesOf, type FrameReader } from './bytes.ts'
import { acknowledged, failed, refused, roomDomain, userDomain } from './encode.ts'
import { type Meta, Meta_NameSpace, MUCBody, MUCBody_Operation } from './generated/protocol.ts'
import type { Parts } from './parts.ts'
import { roomOfMember } from './reading.ts'
import type { Session } from './session.ts'
import { silencedUntil, speechOf } from './speech.ts'

/** Longest text that a user sends on joining. */
const longestText = limits.joinText.value

/** Joins and leaves of clients: through the same operations as everybody's. */
export function membership({ store, live, now, newId }: Parts, commit: Commit) {
  /**
   * What a client wants to know of the room it has joined, keyed by its user (client protocol: join). Fails where it is in it no
   * more: it was removed, or the room was dissolved, before it had its response.
   */
  async function chatroomInfo(
    session: Session,
    id: string,
    memberCount: number,
  ): Promise<string | undefined> {
    const { user } = session
    const stored = await store.rooms.findRoom(user.app, id)
    if (!stored) throw roomMissing({ chatroom_id: id })
    const isHere = () => session.connection.stage === 'open'
    const room = await roomOfMember(store, live, user, id, isHere)
    if (!isHere()) return undefined
    if (!room) throw notMembers({ usernames: user.username })
    const speech = await speechOf(store, room)
    if (!speech) return undefined
    return JSON.stringify({
      [user.username]: {
        is_all_mute: speech.mute,
        create_timestamp: stored.createdMs,
        is_in_white_list: speech.allowed.has(user.username),
        member_count: memberCount,
        mute_duration: silencedUntil(speech, user.username, now()),
      },
    })
  }

  async function join(session: Session, meta: Meta, id: string, body: MUCBody): Promise<Uint8Array> {
    const { app, user } = session
    const caller = { kind: 'user', username: user.username } as const
    const { memberCount } = await commit(app.id, caller, joinRoom, {
      room: id,
      ext: body.ext === '' ? undefined : body.ext?.slice(0, longestText),
      leaveOtherRooms: body.leaveOtherRooms,
    })
    const info = await chatroomInfo(session, id, memberCount)
    const room = { name: id, domain: roomDomain }
    const from = { name: user.username, domain: userDomain }
    const at = now()
    const serverId = newId(at)
    const payload = bytesOf(MUCBody, {
      mucId: room,
      operation: MUCBody_Operation.JOIN,
      from,
      isChatroom: true,
      status: { errorCode: 0, chatroomInfo: info },
    })
    const reply = { id: serverId, from, to: room, timestamp: BigInt(at), ns: Meta_NameSpace.MUC, payload }
    return acknowledged(meta.id ?? 0n, serverId, at, [reply])
  }

  async function leave({ app, user }: Session, meta: Meta, id: string): Promise<Uint8Array> {
    await commit(app.id, { kind: 'user', username: user.username }, leaveRoom, { room: id })
    const at = now()
    return acknowledged(meta.id ?? 0n, newId(at), at)
  }

  async function handle(session: Session, meta: Meta, body: MUCBody): Promise<void> {
    const id = body.mucId?.name ?? ''
    try {
      // PostgreSQL takes no NUL in a text.
      if (id.includes('\0')) session.send(refused(meta.id ?? 0n, failed(idIllegal.text)))
      else if (body.operation === MUCBody_Operation.JOIN) session.send(await join(session, meta, id, body))
      else if (body.operation === MUCBody_Operation.LEAVE) session.send(await leave(session, meta, id))
      else session.send(refused(meta.id ?? 0n, failed('only joining and leaving is done here')))
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      session.send(refused(meta.id ?? 0n, error.word === 'reach_limit' ? tooMany : failed(error.text)))
    }
  }
  /** One join or leave from a client. */
  return (session: Session, meta: Meta, reader: FrameReader): Promise<void> =>
    handle(session, meta, reader.read(MUCBody, meta.payload))
}
