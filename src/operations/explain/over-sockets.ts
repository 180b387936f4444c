import { joinFailures, overRate, roomMissing } from '../../domain/failures.ts'
import { isObject } from '../../domain/is-object.ts'
import { joinRoom, leaveRoom } from '../members/join-room.ts'
import type { HttpOperation } from '../operation.ts'
import type { OperationRequest } from '../request.ts'

const noReply = { body: undefined, instead: undefined, dependsOn: undefined, response: {}, reply: () => ({}) }
const roomOf = ({ params }: OperationRequest): string => (params as Record<string, string>).chatroom_id ?? ''

/** What clients do over their sockets, in the form of calls without a route. */
export const overSockets: readonly HttpOperation[] = [
  {
    ...joinRoom,
    call: {
      ...noReply,
      routes: [],
      tag: 'members',
      summary: { en: 'Join a chat room through an SDK', zh: '通过 SDK 加入聊天室' },
      failures: [roomMissing, ...joinFailures, overRate],
      input: (given) => ({
        room: roomOf(given),
        leaveOtherRooms: isObject(given.body) && given.body.leave_other_rooms === true,
      }),
    },
  },
  {
    ...leaveRoom,
    call: {
      ...noReply,
      routes: [],
      tag: 'members',
      summary: { en: 'Leave a chat room through an SDK', zh: '通过 SDK 退出聊天室' },
      failures: [overRate],
      input: (given) => ({ room: roomOf(given) }),
    },
  },
]
