import type { FailureRow } from '../domain/failures.ts'
import { type Right, type Role, roles } from '../domain/role.ts'
import type { Lift, Text } from '../domain/text.ts'
import { type Allowed, refusesSome } from '../operations/allowed.ts'
import type { Remedy } from '../operations/services.ts'

/** Failures of a request that is not what the call takes, in whatever state the app is. */
const ofRequests = new Set<FailureRow['word']>([
  'invalid_parameter',
  'illegal_argument',
  'BAD_REQUEST',
  'Bad Request',
  'param exception',
  'required_property_not_found',
  'invalid_request_body',
  'request_entity_too_large',
  'unprocessable_entity',
  'message_send_error',
  'message_recall_error',
])

const names: Record<Role, Text & { calls: readonly string[] }> = {
  app: { en: 'the app itself, with its own token', zh: '应用自身（使用 App Token）', calls: ['issueToken'] },
  superAdmin: { en: 'a super admin of the app', zh: '应用的超级管理员', calls: ['addSuperAdmin'] },
  owner: { en: 'the owner of the chat room', zh: '聊天室所有者', calls: ['changeRoom'] },
  admin: { en: 'an admin of the chat room', zh: '聊天室管理员', calls: ['addAdmin'] },
  member: { en: 'a member of the chat room', zh: '聊天室成员', calls: ['addMember', 'joinRoom'] },
  other: { en: 'any user', zh: '任意用户', calls: [] },
}

/** Whether a failure is how an operation refuses callers without the right to it. */
function isForWantOfRight(allowed: Allowed, { word, text, status }: FailureRow): boolean {
  const { refusal } = allowed
  const isRefusal = refusal.word === word && refusal.text === text && refusal.status === status
  return isRefusal && refusesSome(allowed)
}

/** What a caller has to be. */
function byRights({ rights }: Allowed, lift: Lift | undefined): Remedy {
  const rolesWith = (right: Right): Role[] => roles.filter((role) => rights[role] === right)
  const [may, mayAboutOneself] = [rolesWith('yes'), rolesWith('own')]
  const anyOf = (some: Role[], language: keyof Text): string =>
    some.map((role) => names[role][language]).join({ en: ' or ', zh: '或' }[language])
  const en = [`it has to be called by ${anyOf(may, 'en')}`]
  const zh = [`须由${anyOf(may, 'zh')}调用`]
  if (mayAboutOneself.length > 0) {
    en.push(`about oneself alone, also by ${anyOf(mayAboutOneself, 'en')}`)
    zh.push(`仅涉及自己时，${anyOf(mayAboutOneself, 'zh')}也可调用`)
  }
  if (rights.admin === 'yes' && rights.member !== 'yes') {
    en.push('an admin reaches neither the owner nor other admins')
    zh.push('管理员不能操作所有者和其他管理员')
  }
  const calls = [...may, ...mayAboutOneself].flatMap((role) => names[role].calls)
  return {
    change: { en: en.join('; '), zh: zh.join('；') },
    lifted_by: { calls: [...new Set([...(lift?.calls ?? []), ...calls])], roles: may },
  }
}

/** What would have to change for a call not to be refused so; undefined where nobody has said it. */
export function remedyOf(allowed: Allowed, row: FailureRow): Remedy | undefined {
  const { lift } = row.when
  if (isForWantOfRight(allowed, row)) return byRights(allowed, lift)
  if (lift) {
    const { en, zh, ...lifted_by } = lift
    return { change: { en, zh }, lifted_by }
  }
  const { en, zh } = row.when
  if (ofRequests.has(row.word))
    return { change: { en: `correct the request: ${en}`, zh: `修正请求：${zh}` }, lifted_by: {} }
  if (row.status === 404 || row.status === 405)
    return { change: { en: `name what is there: ${en}`, zh: `使用存在的对象：${zh}` }, lifted_by: {} }
  return undefined
}
