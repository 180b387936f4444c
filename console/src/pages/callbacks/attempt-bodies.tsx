import { useLingui } from '@lingui/react/macro'
import { Scroller } from '../../ui/scroller.tsx'

/** JSON as people read it; any other text as it is. */
function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    // It is no JSON, or was cut off.
    return text
  }
}

function Body({ title, text, empty }: { title: string; text: string; empty: string }) {
  return (
    <div className="min-w-0">
      <h3 className="mb-1 text-xs font-medium text-dim">{title}</h3>
      {text === '' ? (
        <p className="rounded-md bg-raised px-3 py-2 text-dim">{empty}</p>
      ) : (
        <Scroller label={title} className="max-h-72 overflow-y-auto rounded-md bg-raised px-3 py-2">
          <pre className="font-mono text-xs break-all whitespace-pre-wrap">{readable(text)}</pre>
        </Scroller>
      )}
    </div>
  )
}

/** What an attempt sent, and what it was answered. */
export function AttemptBodies({ request, response }: { request: string; response: string }) {
  const { t } = useLingui()
  return (
    <div className="grid gap-3 md:grid-cols-2">
      <Body
        title={t`Sent`}
        text={request}
        empty={t`It was not kept: more than ten callbacks succeeded in that second.`}
      />
      <Body title={t`Answered`} text={response} empty={t`There was no answer, or it was empty.`} />
    </div>
  )
}
