import type { AppRecord } from '../app.ts'
import { isObject } from '../is-object.ts'
import { limits } from '../limits.ts'
import type { BeforeTerms, CallbackRule } from './rule.ts'

/** An enabled rule that is called before messages are delivered. */
export type BeforeRule = CallbackRule & { before: BeforeTerms }

/** The content of a message, as callbacks show it. */
export interface BeforePayload {
  ext: Record<string, unknown>
  bodies: Record<string, unknown>[]
}

/** A message that a rule decides on. */
export interface PendingMessage {
  app: Pick<AppRecord, 'org' | 'name'>
  room: string
  sender: string
  id: string
  /** Unix ms. */
  at: number
  payload: BeforePayload
}

const messageLevels = ['high', 'normal', 'low'] as const
type MessageLevel = (typeof messageLevels)[number]

/** What becomes of a message. */
export type Decision =
  | {
      kind: 'deliver'
      /** Text and attributes in place of its own. */
      replacement?: { text: string; ext: Record<string, unknown> } | undefined
      level?: MessageLevel | undefined
    }
  /** `text` is for its sender; undefined where it is not notified. */
  | { kind: 'stop'; text: string | undefined }

/** Calls rules before messages are delivered. */
export interface BeforeSending {
  /** Whether any app has such a rule. */
  isUsed(): boolean
  /** The first rule about a message; its kind is looked at where there is one. */
  ruleFor(app: number, room: string, sender: string, kind: () => string): BeforeRule | undefined
  decide(rule: BeforeRule, message: PendingMessage): Promise<Decision>
}

/** For the sender of a message that was stopped. */
const texts = { denied: 'custom logic denied', failed: 'custom internal error' }

/** What becomes of a message about which an endpoint gave no decision. */
export const decisionOnFailure = ({ onFailure, report }: BeforeTerms): Decision =>
  onFailure === 'deliver' ? { kind: 'deliver' } : { kind: 'stop', text: report ? texts.failed : undefined }

/** What a payload puts in place of a text message; undefined where it is none that may. */
function replacementIn(payload: unknown, original: BeforePayload) {
  if (!isObject(payload)) return undefined
  const { bodies = original.bodies, ext = original.ext } = payload
  const [body] = Array.isArray(bodies) && bodies.length === 1 ? bodies : []
  const [own] = original.bodies
  const isText = isObject(body) && body.type === 'txt' && own?.type === 'txt' && own.subType === undefined
  if (!isText || typeof body.msg !== 'string' || !isObject(ext)) return undefined
  const bytes = Buffer.byteLength(body.msg) + Buffer.byteLength(JSON.stringify(ext))
  return bytes > limits.beforeReplacement.value ? undefined : { text: body.msg, ext }
}

/** Whether a payload equals that of the message. */
const isUnchanged = (payload: unknown, original: BeforePayload): boolean =>
  payload === undefined ||
  payload === null ||
  (isObject(payload) &&
    Bun.deepEquals(payload.bodies ?? original.bodies, original.bodies) &&
    Bun.deepEquals(payload.ext ?? original.ext, original.ext))

/** Reads a decision; undefined where it is none. */
export function readDecision(
  text: string,
  original: BeforePayload,
  { report }: BeforeTerms,
): Decision | undefined {
  let response: unknown
  try {
    response = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(response) || typeof response.valid !== 'boolean') return undefined
  const { valid, code, payload, chatroom_msg_level: given } = response
  if (code !== undefined && code !== null && typeof code !== 'string') return undefined
  if (!valid) return { kind: 'stop', text: report ? (code ?? texts.denied) : undefined }
  const level = messageLevels.find((each) => each === given)
  if (given !== undefined && given !== null && level === undefined) return undefined
  if (isUnchanged(payload, original)) return { kind: 'deliver', level }
  const replacement = replacementIn(payload, original)
  return replacement && { kind: 'deliver', replacement, level }
}
