import { useLingui } from '@lingui/react/macro'
import type { ShownMessage } from './message-store.ts'

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** What a message says. Files are named, not loaded: nothing that a user links to is asked for. */
export function MessageBody({ message: { kind, body } }: { message: Pick<ShownMessage, 'kind' | 'body'> }) {
  const { t } = useLingui()
  const kinds: Record<string, string> = {
    img: t`Image`,
    audio: t`Voice`,
    video: t`Video`,
    file: t`File`,
    loc: t`Place`,
    cmd: t`Command`,
    custom: t`Custom`,
    combine: t`Combined messages`,
  }
  if (kind === 'txt') return <span className="break-words whitespace-pre-wrap">{text(body.msg ?? '')}</span>
  const { type: _, msg, filename, url, addr, action, customEvent, customExts, 'v2:customExts': exts } = body
  const named = filename ?? addr ?? action ?? customEvent ?? msg ?? url ?? ''
  const more = customExts ?? exts
  return (
    <span className="break-words">
      <span className="mr-1.5 rounded bg-raised px-1 text-xs text-dim">{kinds[kind] ?? kind}</span>
      {named === '' ? null : text(named)}
      {more ? <span className="ml-1.5 font-mono text-xs text-dim">{text(more)}</span> : null}
    </span>
  )
}
