import { useLingui } from '@lingui/react/macro'
import { type FormEvent, useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { inputClass } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Badge } from '../../ui/states.tsx'
import { tellProblem } from '../../ui/toast.tsx'

interface Verdict {
  type: 'PASS' | 'REVIEWED' | 'REJECT'
  exchangeText: string
  sensitiveWords: string[]
}

/** Says what would happen to a text. */
export function TestBox({ app }: { app: AppPath }) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [verdict, setVerdict] = useState<Verdict>()
  const names = { PASS: t`passes`, REVIEWED: t`is reported or masked`, REJECT: t`is refused` }
  const tones = { PASS: 'good', REVIEWED: 'warn', REJECT: 'danger' } as const

  async function check(event: FormEvent): Promise<void> {
    event.preventDefault()
    try {
      const { data } = await call(
        api.POST('/{org_name}/{app_name}/moderation/txt/check', {
          params: { path: app },
          body: { content: text },
        }),
      )
      setVerdict(data as Verdict)
    } catch (error) {
      tellProblem(error)
    }
  }

  return (
    <Card title={t`Try a text`}>
      <form onSubmit={check} className="flex flex-wrap gap-2 p-4">
        <input
          required
          aria-label={t`Text`}
          placeholder={t`What somebody could write`}
          value={text}
          onChange={(event) => setText(event.target.value)}
          className={`${inputClass} min-w-48 flex-1`}
        />
        <Button type="submit">{t`Check`}</Button>
      </form>
      <p role="status" className="min-h-10 px-4 pb-4">
        {verdict ? (
          <>
            <Badge tone={tones[verdict.type]}>{names[verdict.type]}</Badge>{' '}
            {verdict.sensitiveWords.join(', ')}{' '}
            {verdict.exchangeText && verdict.type === 'REVIEWED' ? (
              <span className="text-dim">→ {verdict.exchangeText}</span>
            ) : null}
          </>
        ) : (
          <span className="text-dim">{t`Nothing is sent: you only see what the lists would do.`}</span>
        )}
      </p>
    </Card>
  )
}
