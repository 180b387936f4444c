import { changeApp, createApp, rotateSecret } from './apps/apps.ts'
import { changeRoom, createRoom, dissolveRoom, transferRoom } from './rooms/rooms.ts'
import type { Unit } from './unit.ts'
import { changePassword, deleteUser, deleteUsers, registerUsers, setActivated } from './users/users.ts'

/** Everything that writes, by name. The writer runs each in a transaction of its own. */
export const operations = {
  createApp,
  changeApp,
  rotateSecret,
  registerUsers,
  deleteUser,
  deleteUsers,
  changePassword,
  setActivated,
  createRoom,
  changeRoom,
  transferRoom,
  dissolveRoom,
}

type Operations = typeof operations
export type OperationName = keyof Operations
type Run<N extends OperationName> = Operations[N]
export type Args<N extends OperationName> =
  Run<N> extends (unit: Unit, ...args: infer A) => unknown ? A : never
export type Result<N extends OperationName> = Awaited<ReturnType<Run<N>>>
