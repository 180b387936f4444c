import type { Permission } from '../permissions/columns.ts'
import type { Facts } from './facts.ts'

export interface Verdict {
  allowed: boolean
  status?: number
  error?: string
  error_description?: string
  why?: { en: string; zh: string }
  change?: { en: string; zh: string }
  lifted_by?: { calls?: string[]; settings?: string[]; roles?: string[] }
  events?: { type: string }[]
  code?: number
  speaking?: {
    words: { word: string; list: string; action: string }[]
    text?: string
    limits: { slow_mode: number; user_message_rate: number | null; room_message_rate: number | null }
    asks_callback: boolean
  }
}

/** What is decided in the end, in this order. */
export const steps = ['identity', 'app', 'room', 'role', 'rule'] as const
export type Step = (typeof steps)[number]

/** Whether a text is that of a refusal, whose `{names}` stand for anything. */
function isRefusalOf({ refusal }: Permission, { error, error_description: text = '' }: Verdict): boolean {
  const [before = '', ...rest] = refusal.text.split(/\{\w+\}/)
  return refusal.word === error && text.startsWith(before) && text.endsWith(rest.at(-1) ?? '')
}

/** Who may make a call, in the order of power. */
export const holdersOf = ({ rights }: Permission): string[] =>
  Object.keys(rights).filter((role) => rights[role] !== 'no')

/** Which step says no; undefined where none does. */
export function refusingStep(
  verdict: Verdict,
  facts: Facts,
  permission: Permission | undefined,
): Step | undefined {
  if (verdict.allowed) return undefined
  const isNobody = facts.user === 'missing' || facts.user === 'deactivated'
  if (isNobody && verdict.error === 'unauthorized') return 'identity'
  if (facts.room?.state === 'missing') return 'room'
  if (permission && permission.rights[facts.role] !== 'yes' && isRefusalOf(permission, verdict)) return 'role'
  if (facts.room?.state === 'disabled' && /disabled/.test(verdict.error_description ?? '')) return 'room'
  if (permission === undefined) return speakingStep(facts)
  return 'rule'
}

/** A message through an SDK: no table of rights has it, the steps are its own. */
function speakingStep({ user, mutedSeconds, role, room }: Facts): Step {
  if (user === 'missing' || user === 'deactivated') return 'identity'
  if (mutedSeconds !== 0) return 'app'
  if (room?.state === 'disabled') return 'room'
  return role === 'other' || role === 'superAdmin' ? 'role' : 'rule'
}
