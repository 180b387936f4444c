import { hashOfToken, newToken } from '../auth/operators.ts'
import { hashPassword } from '../auth/passwords.ts'
import { theApp } from '../domain/event.ts'
import {
  checkOperatorName,
  checkOperatorPassword,
  checkOperatorRole,
  type Operator,
} from '../domain/operator.ts'
import type { Engine } from '../engine/engine-types.ts'
import { addOperator, beginSetup, changeOperator, removeOperator } from '../operations/operators/operators.ts'

/** What the command line can do to the operators of the console. */
export interface OperatorAdmin {
  addOperator(name: string, role: string, password: string): Promise<void>
  listOperators(): Promise<Operator[]>
  /** Removes an operator, also the last admin; the sessions end. */
  removeOperator(name: string): Promise<void>
  setOperatorPassword(name: string, password: string): Promise<void>
  setOperatorRole(name: string, role: string): Promise<void>
  /** The token of a link that makes the first operator; null where there is one, or such a link already. */
  beginSetup(): Promise<string | null>
}

export const operatorAdmin = ({ store, commit }: Pick<Engine, 'store' | 'commit'>): OperatorAdmin => ({
  async addOperator(given, asked, password) {
    const name = checkOperatorName(given)
    const role = checkOperatorRole(asked)
    const passwordHash = await hashPassword(checkOperatorPassword(password))
    await commit(0, theApp, addOperator, { name, role, passwordHash })
  },

  listOperators: async () =>
    (await store.operators.listOperators()).map(({ name, role, createdMs }) => ({ name, role, createdMs })),

  removeOperator: (name) => commit(0, theApp, removeOperator, { name: name.toLowerCase(), force: true }),

  async setOperatorPassword(name, password) {
    const passwordHash = await hashPassword(checkOperatorPassword(password))
    await commit(0, theApp, changeOperator, { name: name.toLowerCase(), passwordHash })
  },

  setOperatorRole: (name, role) =>
    commit(0, theApp, changeOperator, { name: name.toLowerCase(), role: checkOperatorRole(role) }),

  async beginSetup() {
    const token = newToken()
    return (await commit(0, theApp, beginSetup, { hash: hashOfToken(token) })) ? token : null
  },
})
