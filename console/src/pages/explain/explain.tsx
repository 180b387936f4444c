import { useLingui } from '@lingui/react/macro'
import { useMutation } from '@tanstack/react-query'
import { CircleCheck, CircleQuestionMark, CircleX } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Empty, Loading, Problem } from '../../ui/states.tsx'
import type { Permission } from '../permissions/columns.ts'
import { Decision, type Question } from './decision.tsx'
import { type Facts, readFacts } from './facts.ts'
import { type Asked, QuestionForm, speak } from './question-form.tsx'
import { Remedy } from './remedy.tsx'
import { SpeakingRules } from './speaking-rules.tsx'
import type { Verdict } from './verdict.ts'

interface Answered {
  question: Question
  verdict: Verdict
  facts: Facts
}

const without = (params: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(params).filter(([, value]) => value !== ''))

function bodyOf({ action, body }: Asked): unknown {
  if (action === speak) return { text: body }
  return body.trim() === '' ? undefined : JSON.parse(body)
}

async function explain(app: AppPath, asked: Asked, permission: Permission | undefined): Promise<Answered> {
  const { action, room, params } = asked
  const user = asked.user.trim().toLowerCase()
  const body = bodyOf(asked)
  const [{ data }, facts] = await Promise.all([
    call(
      api.POST('/{org_name}/{app_name}/explain', {
        params: { path: app },
        body: {
          action,
          ...(user ? { user } : {}),
          ...(room ? { room } : {}),
          params: without(params),
          ...(body === undefined ? {} : { body }),
        },
      }),
    ),
    readFacts(app, user, room),
  ])
  return { question: { user, room, permission }, verdict: data as Verdict, facts }
}

/** Whether a call would be done, and if not which rule says no. Nothing is changed. */
export function Explain({ app }: AppPageProps) {
  const { t } = useLingui()
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: ({ asked, permission }: { asked: Asked; permission: Permission | undefined }) =>
      explain(app, asked, permission),
  })
  return (
    <Page
      title={t`Why?`}
      lead={t`Whether a call would be done, and if not, which rule says no. Nothing is changed.`}
    >
      <div className="grid items-start gap-4 lg:grid-cols-2">
        <Card>
          <QuestionForm
            app={app}
            isBusy={isPending}
            onAsk={(asked, permission) => mutate({ asked, permission })}
          />
        </Card>
        <div aria-live="polite" className="flex flex-col gap-4">
          {isPending ? <Loading rows={5} /> : null}
          {error ? <Wrong error={error} /> : null}
          {data && !isPending ? <Answer app={app} {...data} /> : null}
          {data || error || isPending ? null : (
            <Empty icon={CircleQuestionMark} title={t`Choose a call, who makes it, and where.`}>
              {t`The answer is drawn here, step by step.`}
            </Empty>
          )}
        </div>
      </div>
    </Page>
  )
}

function Wrong({ error }: { error: unknown }) {
  const { t } = useLingui()
  return error instanceof SyntaxError ? (
    <p role="alert" className="text-danger">{t`This is no JSON.`}</p>
  ) : (
    <Problem error={error} />
  )
}

function Answer({ app, question, verdict, facts }: Answered & { app: AppPath }) {
  const { t } = useLingui()
  const place = useRef<HTMLDivElement>(null)
  // On a phone it stands below the form.
  useEffect(() => {
    place.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  const { allowed, status, error, error_description: text, events, code, speaking } = verdict
  return (
    <Card>
      <div ref={place} className="flex flex-col gap-4 p-4">
        <p
          className={`flex items-center gap-2 text-lg font-semibold ${allowed ? 'text-good' : 'text-danger'}`}
        >
          {allowed ? <CircleCheck size={20} aria-hidden="true" /> : <CircleX size={20} aria-hidden="true" />}
          {allowed ? t`It would be done.` : t`It would be refused.`}
        </p>
        <Decision {...{ app, question, verdict, facts }} />
        {text ? (
          <p className="font-mono text-xs break-words text-dim">
            {[status ?? code, error].filter((part) => part !== undefined && part !== '').join(' ')}: {text}
          </p>
        ) : null}
        <Remedy {...{ app, question, verdict, facts }} />
        {speaking ? <SpeakingRules speaking={speaking} /> : null}
        {events && events.length > 0 ? (
          <p className="text-dim">
            {t`What would happen:`} {events.map(({ type }) => type).join(', ')}
          </p>
        ) : null}
      </div>
    </Card>
  )
}
