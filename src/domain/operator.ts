import { failure } from './failures.ts'
import { limits } from './limits.ts'

/** What an operator may do, each with all that the one before may. */
export const operatorRoles = ['viewer', 'moderator', 'admin'] as const

export type OperatorRole = (typeof operatorRoles)[number]

/** Whether nobody but this operator is an admin. */
export const isLastAdmin = (all: Operator[], name: string): boolean =>
  all.every((each) => (each.role === 'admin') === (each.name === name))

/** Whether a role may do what needs another. */
export const suffices = (role: OperatorRole, needed: OperatorRole): boolean =>
  operatorRoles.indexOf(role) >= operatorRoles.indexOf(needed)

/** Somebody who signs in to the console. Operators are of the server, not of an app. */
export interface Operator {
  name: string
  role: OperatorRole
  /** Unix ms. */
  createdMs: number
}

/** What a sign-in is checked against. Never leaves the server. */
export interface OperatorRecord extends Operator {
  passwordHash: string
}

/** What stands before the name of an operator where it is said who did something; no user id has a colon. */
const prefix = 'operator:'

/** An operator, where it is said who did something. */
export const operatorActor = (operator: string): string => prefix + operator

/** Whether an operator of the console has done something, by the name of who did it. */
export const isOperatorActor = (actor: string): boolean => actor.startsWith(prefix)

const shortest = 10
const longestName = limits.operatorName.value

const badOperatorName = failure(
  'illegal_argument',
  `the name of an operator has ${longestName} characters at most: letters, digits, "-", "_" and "."`,
  { en: '`name` has other characters, or too many', zh: '`name` 含有其他字符或过长' },
)

const badOperatorPassword = failure(
  'illegal_argument',
  `the password of an operator has ${shortest} to ${limits.operatorPassword.value} characters`,
  { en: '`password` is too short or too long', zh: '`password` 过短或过长' },
)

const badOperatorRole = failure('illegal_argument', `role must be one of ${operatorRoles.join(', ')}`, {
  en: '`role` is something else',
  zh: '`role` 为其他值',
})

export const operatorExists = failure('conflict', 'the operator {name} exists already', {
  en: 'an operator has this name',
  zh: '该名称的管理员已存在',
})

export const operatorMissing = failure('resource_not_found', 'there is no operator {name}', {
  en: 'no operator has this name',
  zh: '管理员不存在',
})

export const lastAdmin = failure('conflict', '{name} is the last admin; add another one first', {
  en: 'nobody could add operators in the console any more',
  zh: '删除后将没有管理员可在控制台中添加账号',
})

export const tooManyOperators = failure(
  'exceed_limit',
  `there are ${limits.operators.value} operators already`,
  {
    en: 'the server has as many operators as it may have',
    zh: '管理员账号数量已达上限',
  },
)

export const signInFailed = failure('unauthorized', 'the name or the password is wrong', {
  en: 'no operator has this name and this password',
  zh: '名称或密码错误',
})

export const lockedOut = failure('reach_limit', 'too many failed sign-ins; try again in {seconds} s', {
  en: 'of this name, or from this address',
  zh: '该账号或该地址登录失败次数过多',
})

export const badSetup = failure('unauthorized', 'this link was used, has expired, or is not of this server', {
  en: 'the token is not that of the link of the first start',
  zh: 'token 与首次启动时打印的链接不符，或已使用、已过期',
})

const legal = /^[a-z0-9][a-z0-9_.-]*$/

/** The name of an operator as it is stored, in lower case. */
export function checkOperatorName(given: string): string {
  const name = given.toLowerCase()
  if (!legal.test(name) || name.length > longestName) throw badOperatorName()
  return name
}

/** Returns the password. Fails when it has fewer than 10 characters, or more than an operator's may have. */
export function checkOperatorPassword(password: string): string {
  const { length } = [...password]
  if (length < shortest || length > limits.operatorPassword.value) throw badOperatorPassword()
  return password
}

/** Reads a role. Fails with `illegal_argument` on any other text. */
export function checkOperatorRole(given: string): OperatorRole {
  const role = operatorRoles.find((each) => each === given)
  if (role === undefined) throw badOperatorRole()
  return role
}
