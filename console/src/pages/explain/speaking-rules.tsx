import { useLingui } from '@lingui/react/macro'
import type { Verdict } from './verdict.ts'

/** What holds for a message beside who sends it. */
export function SpeakingRules({ speaking }: { speaking: NonNullable<Verdict['speaking']> }) {
  const { t } = useLingui()
  const { words, text, limits, asks_callback: asks } = speaking
  const { slow_mode: seconds, user_message_rate: ofUser, room_message_rate: ofRoom } = limits
  const lines = [
    words.length > 0
      ? `${t`Words of keyword lists:`} ${words.map(({ word }) => word).join(', ')}`
      : undefined,
    text === undefined ? undefined : `${t`Others get:`} ${text}`,
    seconds > 0 ? t`Slow mode: ${seconds} s between two messages of a member` : undefined,
    ofUser === null ? undefined : t`Messages of one user: ${ofUser} a second`,
    ofRoom === null ? undefined : t`Messages to one room: ${ofRoom} a second`,
    asks ? t`A callback decides about the message, too.` : undefined,
  ].filter((line) => line !== undefined)
  return (
    <ul className="list-inside list-disc text-dim">
      {lines.map((line) => (
        <li key={line}>{line}</li>
      ))}
    </ul>
  )
}
