import type { OperatorRole } from '../domain/operator.ts'
import type { Right, Role } from '../domain/role.ts'
import type { Text } from '../domain/text.ts'
import type { Operation } from './operation.ts'
import { operatorRoleFor } from './operator-role.ts'
import { tags } from './tags.ts'

/** Who may do one thing. */
export interface Permission {
  operation: string
  /** `POST /chatrooms/{chatroom_id}/mute`, below the app. */
  call: string
  summary: Text
  group: Text
  rights: Readonly<Record<Role, Right>>
  /** The least role of an operator of the console. */
  operator: OperatorRole
  /** Whether it has a name of its own that `explain` takes. */
  explained: boolean
  /** What everybody else is told. */
  refusal: { status: number; word: string; text: string }
}

/** The reference gives a change and a transfer of a room the same call. */
const transfer = {
  id: 'transferRoom',
  of: 'changeRoom',
  summary: { en: 'Transfer a chat room', zh: '转让聊天室' },
}

/** Whether an operation has rights of its own: those that are called, and the transfer. */
export const hasRights = ({ id, call }: Operation): boolean =>
  id === transfer.id || (call !== undefined && call.withoutToken !== 'always' && call.tag !== 'notServed')

const pathOf = (route: string): string => route.replace(/:(\w+)/g, '{$1}')

/** The table of rights, from the declarations that the rights are enforced by. */
export function permissionsOf(operations: readonly Operation[]): Permission[] {
  const shared = operations.find(({ id }) => id === transfer.of)?.call
  return operations.filter(hasRights).map((operation) => {
    const { id, allowed, call } = operation
    const { status, word, text } = allowed.refusal
    const { routes, tag } = call ?? shared ?? { routes: [], tag: 'rooms' }
    return {
      operation: id,
      call: pathOf(routes[0] ?? ''),
      summary: call?.summary ?? transfer.summary,
      group: tags[tag].name,
      rights: allowed.rights,
      operator: operatorRoleFor(operation),
      explained: call !== undefined,
      refusal: { status, word, text },
    }
  })
}
