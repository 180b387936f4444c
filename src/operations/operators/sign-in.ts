import type { Lockout } from '../../auth/lockout.ts'
import {
  type BegunSession,
  csrfOf,
  hashOfToken,
  newToken,
  type Operators,
  type SignInSource,
} from '../../auth/operators.ts'
import type { Passwords } from '../../auth/passwords.ts'
import { theApp } from '../../domain/event.ts'
import { limits } from '../../domain/limits.ts'
import {
  badSetup,
  checkOperatorName,
  checkOperatorPassword,
  checkOperatorRole,
  type OperatorRole,
  operatorActor,
  signInFailed,
} from '../../domain/operator.ts'
import { minuteMs } from '../../domain/time.ts'
import type { Commit } from '../../engine/commit.ts'
import type { ReadStore } from '../../store/store.ts'
import {
  addOperator,
  changeOperator,
  completeSetup,
  endSessions,
  openSession,
  removeOperator,
  touchSession,
} from './operators.ts'

/** The use of a session is stored no more often than this. */
const touchedMs = 5 * minuteMs

interface Parts {
  store: ReadStore
  commit: Commit
  passwords: Passwords
  /** Unix ms. */
  now(): number
  lockout: Lockout
  /** Is told of each sign-in, and of each that failed; the name only where there is such an operator. */
  note(what: 'signed in' | 'sign-in failed', who: { operator?: string; address: string }): void
  /** Records what operators do to operators. Never fails: it is done already. */
  record(command: string, subject: string[], actor: string): Promise<void>
}

const sessionOf = (token: string, name: string, role: OperatorRole) => ({ name, role, csrf: csrfOf(token) })

/** Operators on a store; every session is looked up there, so that whoever ends it ends it on all nodes. */
export function operatorsOn({ store, commit, passwords, now, lockout, note, record }: Parts): Operators {
  const { operators } = store

  const hashOf = async (password: string, name: string, from: SignInSource): Promise<string> => {
    const [hash = ''] = await passwords.hash([checkOperatorPassword(password)], { app: 0, name, ...from })
    return hash
  }

  async function begin(
    name: string,
    role: OperatorRole,
    passwordHash: string,
    address: string,
  ): Promise<BegunSession> {
    const token = newToken()
    const hash = hashOfToken(token)
    if (!(await commit(0, theApp, openSession, { name, passwordHash, hash }))) throw signInFailed()
    note('signed in', { operator: name, address })
    return { token, session: sessionOf(token, name, role) }
  }

  return {
    async sessionOf(token) {
      const hash = hashOfToken(token)
      const found = await operators.findSession(hash)
      if (!found) return undefined
      const nowMs = now()
      const isOver =
        nowMs - found.createdMs > limits.operatorSessionTime.value ||
        nowMs - found.seenMs > limits.operatorIdleTime.value
      if (isOver) return undefined
      if (nowMs - found.seenMs > touchedMs)
        // A store that cannot write must not keep anybody from reading.
        await commit(0, theApp, touchSession, { hash }).catch(() => undefined)
      return sessionOf(token, found.name, found.role)
    },

    async signIn(given, password, from) {
      const address = from.source
      const name = given.toLowerCase()
      await lockout.attempt({ name, address })
      const known = await operators.findOperator(name)
      const isRight = await passwords.verify(password, known?.passwordHash ?? null, { app: 0, name, ...from })
      if (!known || !isRight) {
        // A name that nobody has may be a password that was typed into the wrong field.
        note('sign-in failed', known ? { operator: name, address } : { address })
        throw signInFailed()
      }
      await lockout.succeeded({ name, address })
      return begin(name, known.role, known.passwordHash, address)
    },

    async setUp(setup, given, password, from) {
      const name = checkOperatorName(given)
      const hash = hashOfToken(setup)
      checkOperatorPassword(password)
      // Before the password costs anything; the transaction looks again.
      if (!(await operators.isSetup(hash, now()))) throw badSetup()
      const passwordHash = await hashOf(password, name, from)
      await commit(0, theApp, completeSetup, { hash, name, passwordHash })
      await record('addOperator', [name], operatorActor(name))
      return begin(name, 'admin', passwordHash, from.source)
    },

    signOut: (token) => commit(0, theApp, endSessions, { hash: hashOfToken(token) }),
    signOutEverywhere: (name) => commit(0, theApp, endSessions, { name }),

    list: async () =>
      (await operators.listOperators()).map(({ name, role, createdMs }) => ({ name, role, createdMs })),

    any: async () => (await operators.listOperators()).length > 0,

    async add(given, password, asked, from, by) {
      const name = checkOperatorName(given)
      const role = checkOperatorRole(asked)
      const passwordHash = await hashOf(password, name, from)
      await commit(0, theApp, addOperator, { name, role, passwordHash })
      await record('addOperator', [name], operatorActor(by))
      return { name, role, createdMs: now() }
    },

    async remove(name, by) {
      await commit(0, theApp, removeOperator, { name, force: false })
      await record('removeOperator', [name], operatorActor(by))
    },

    async setPassword(name, password, from, by) {
      await commit(0, theApp, changeOperator, { name, passwordHash: await hashOf(password, name, from) })
      await record('setOperatorPassword', [name], operatorActor(by))
    },
  }
}
