import { limits } from '../../domain/limits.ts'
import {
  badSetup,
  isLastAdmin,
  lastAdmin,
  type OperatorRecord,
  type OperatorRole,
  operatorExists,
  operatorMissing,
  tooManyOperators,
} from '../../domain/operator.ts'
import { appOnly } from '../allowed.ts'
import { type Transaction, write } from '../operation.ts'
import { recordCommand } from './record-command.ts'

type NewOperator = Pick<OperatorRecord, 'name' | 'role' | 'passwordHash'>

/** All operators, locked, and the one of this name. Fails where there is none. */
async function locked({ store }: Transaction, name: string) {
  const all = await store.operators.lockOperators()
  const found = all.find((each) => each.name === name)
  if (!found) throw operatorMissing({ name })
  return { found, all }
}

async function add({ store, now }: Transaction, operator: NewOperator): Promise<void> {
  const all = await store.operators.lockOperators()
  if (all.length >= limits.operators.value) throw tooManyOperators()
  if (!(await store.operators.addOperator({ ...operator, createdMs: now })))
    throw operatorExists({ name: operator.name })
  await store.operators.endSetup()
}

/** Adds an operator; the setup link of the first start ends. */
export const addOperator = write({ id: 'addOperator', allowed: appOnly, run: add })

/** Removes an operator, whose sessions end; `force` removes the last admin, too. */
export const removeOperator = write({
  id: 'removeOperator',
  allowed: appOnly,

  async run(transaction, { name, force }: { name: string; force: boolean }) {
    const { all } = await locked(transaction, name)
    if (isLastAdmin(all, name) && !force) throw lastAdmin({ name })
    await transaction.store.operators.removeOperator(name)
  },
})

/** Gives an operator another password or role; sessions end with the password. */
export const changeOperator = write({
  id: 'changeOperator',
  allowed: appOnly,

  async run(
    transaction,
    { name, ...change }: { name: string; passwordHash?: string | undefined; role?: OperatorRole | undefined },
  ) {
    const { operators } = transaction.store
    const { found } = await locked(transaction, name)
    const { passwordHash = found.passwordHash, role = found.role } = change
    await operators.changeOperator({ ...found, passwordHash, role })
    if (change.passwordHash !== undefined) await operators.endSessions(name)
  },
})

/** Begins a session for an operator whose password was found right; false where it was changed meanwhile. */
export const openSession = write({
  id: 'openSession',
  allowed: appOnly,

  async run({ store, now }, given: { name: string; passwordHash: string; hash: string }) {
    const { name, passwordHash, hash } = given
    const all = await store.operators.lockOperators()
    const isSame = all.some((each) => each.name === name && each.passwordHash === passwordHash)
    if (isSame) await store.operators.addSession(hash, name, now, limits.operatorSessions.value)
    return isSame
  },
})

/** Notes that a session is used. */
export const touchSession = write({
  id: 'touchSession',
  allowed: appOnly,
  run: ({ store, now }, { hash }: { hash: string }) => store.operators.touchSession(hash, now),
})

/** Ends one session by its hash, or all sessions of an operator by its name. */
export const endSessions = write({
  id: 'endSessions',
  allowed: appOnly,
  run: ({ store }, { hash, name }: { hash?: string; name?: string }) =>
    hash === undefined ? store.operators.endSessions(name ?? '') : store.operators.endSession(hash),
})

/** Removes sessions that are over, and says how many. */
export const pruneSessions = write({
  id: 'pruneSessions',
  allowed: appOnly,
  run: ({ store }, { beforeMs }: { beforeMs: number }) =>
    store.operators.removeSessions(
      beforeMs,
      beforeMs + limits.operatorSessionTime.value - limits.operatorIdleTime.value,
    ),
})

/** Stores the setup link with which the first operator is made; false where there is an operator or a link already. */
export const beginSetup = write({
  id: 'beginSetup',
  allowed: appOnly,

  async run({ store, now }, { hash }: { hash: string }) {
    if ((await store.operators.listOperators()).length > 0) return false
    return store.operators.beginSetup(hash, now, now + limits.operatorSetup.value)
  },
})

/** Makes the first operator, an admin, by the setup link, which works once. */
export const completeSetup = write({
  id: 'completeSetup',
  allowed: appOnly,

  async run(transaction, { hash, ...operator }: Omit<NewOperator, 'role'> & { hash: string }) {
    const { store, now } = transaction
    if ((await store.operators.listOperators()).length > 0 || !(await store.operators.takeSetup(hash, now)))
      throw badSetup()
    await add(transaction, { ...operator, role: 'admin' })
  },
})

/** Every write on operators. */
export const operatorWrites = [
  addOperator,
  removeOperator,
  changeOperator,
  openSession,
  touchSession,
  endSessions,
  pruneSessions,
  beginSetup,
  completeSetup,
  recordCommand,
] as const
