import { useLingui } from '@lingui/react/macro'
import { Fragment } from 'react'
import type { Permission } from './columns.ts'

/** What a call does, how it is made, and what those are told who may not make it. */
export function CallText({ permission }: { permission: Permission }) {
  const { t, i18n } = useLingui()
  const { summary, call, refusal } = permission
  const { status, word, text } = refusal
  return (
    <>
      <span className="block font-medium">{i18n.locale === 'zh-CN' ? summary.zh : summary.en}</span>
      <span className="block font-mono text-xs wrap-anywhere text-dim">
        {call.split(/(?<=[\w}])(?=\/)/).map((part, place) => (
          <Fragment key={place}>
            {place > 0 ? <wbr /> : null}
            {part}
          </Fragment>
        ))}
      </span>
      <details className="text-xs text-dim">
        <summary className="w-fit cursor-pointer select-none">{t`Otherwise`}</summary>
        <span className="break-words">
          {status} <code className="font-mono">{word}</code> <span lang="en">{text}</span>
        </span>
      </details>
    </>
  )
}
