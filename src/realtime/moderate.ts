import { isObject } from '../domain/is-object.ts'
import { keywordActions } from '../domain/keywords/automaton.ts'
import { check, type Found } from '../domain/keywords/check.ts'
import type { Matcher } from '../domain/keywords/matcher.ts'
import type { Counters } from '../metrics/counters.ts'
import type { Incoming } from './decode.ts'
import { failed, type Refusal } from './encode.ts'
import { MessageBody_Content_Type as Type } from './generated/protocol.ts'
import type { ModerationLog } from './moderation-log.ts'

/** What clients take for a refusal by moderation: the web SDK gives it type 508. */
export const refusedByWords: Refusal = {
  ...failed(JSON.stringify({ error_type: 'moderation' })),
  counted: 'moderation',
}

/** A text of a message, and how it is replaced. */
interface Part {
  text: string
  replace(text: string): void
}

/** What a custom message wants to be looked at, in its extension `moderation` [moderation]. */
interface Asked {
  enable?: unknown
  contents?: { type?: unknown; data?: unknown }[]
}

/** Texts of a message that its receivers read. */
function partsOf({ body }: Incoming): Part[] {
  const parts: Part[] = []
  for (const content of body.contents ?? []) {
    if (content.type === Type.TEXT && content.text)
      parts.push({
        text: content.text,
        replace(text) {
          content.text = text
        },
      })
    if (content.type !== Type.CUSTOM) continue
    for (const ext of content.customExts ?? [])
      if (ext.key === 'moderation' && ext.stringValue)
        parts.push(
          ...asked(ext.stringValue, (text) => {
            ext.stringValue = text
          }),
        )
  }
  return parts
}

/** Texts in an extension of a custom message; what cannot be read asks for nothing. */
function asked(json: string, set: (json: string) => void): Part[] {
  let value: Asked
  try {
    value = JSON.parse(json)
  } catch {
    return []
  }
  if (!isObject(value) || !value.enable || !Array.isArray(value.contents)) return []
  return value.contents.flatMap((content) =>
    content?.type === 'text' && typeof content.data === 'string'
      ? [
          {
            text: content.data,
            replace(text: string) {
              content.data = text
              set(JSON.stringify(value))
            },
          },
        ]
      : [],
  )
}

/** Holds messages of clients against the keyword lists of their app. */
export function moderating(moderated: ModerationLog, { matched }: Pick<Counters, 'matched'>) {
  function decide(message: Incoming, id: bigint, matcher: Matcher): Refusal | undefined {
    let parts: { part: Part; found: Found }[] | undefined
    for (const part of partsOf(message)) {
      const found = check(matcher, part.text)
      if (found) parts = [...(parts ?? []), { part, found }]
    }
    if (!parts) return undefined
    const action = keywordActions.findLast((each) => parts.some(({ found }) => found.action === each))
    if (!action) return undefined
    matched[action] += 1
    moderated.add(
      message,
      id,
      action,
      parts.flatMap(({ found }) => found.hits),
    )
    if (action === 'refuse') return refusedByWords
    for (const { part, found } of parts) if (found.action === 'replace') part.replace(found.text)
    return undefined
  }

  /** Replaces words of a message that gets an id, or returns why it is refused. */
  return (message: Incoming, id: bigint): Refusal | undefined => {
    const { matcher } = message.session.user.keywords
    return matcher && message.recalls === undefined ? decide(message, id, matcher) : undefined
  }
}

export type Moderate = ReturnType<typeof moderating>
