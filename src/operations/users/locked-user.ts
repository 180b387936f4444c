import { userNotFound } from '../../domain/failures.ts'
import { foldUsername, type UserRecord } from '../../domain/user.ts'
import type { Transaction } from '../operation.ts'

/** A user, locked until the transaction ends. Fails with `userNotFound`. */
export async function lockedUser({ app, store }: Transaction, given: string): Promise<UserRecord> {
  const user = await store.users.lockUser(app.id, foldUsername(given))
  if (!user) throw userNotFound()
  return user
}
