import { useLingui } from '@lingui/react/macro'
import { Wrench } from 'lucide-react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import type { AppPath } from '../../api/client.ts'
import type { Question } from './decision.tsx'
import type { Facts } from './facts.ts'
import { refusingStep, type Verdict } from './verdict.ts'

interface Props {
  app: AppPath
  question: Question
  verdict: Verdict
  facts: Facts
}

interface Way {
  text: string
  page: string
}

/** Where in the console that can be changed which says no. */
function useWays({ question, verdict, facts }: Omit<Props, 'app'>): Way[] {
  const { t } = useLingui()
  const { user, room, permission } = question
  const userPage = `users/${encodeURIComponent(user)}`
  const ofRoom = (tab: string): string => `rooms/${room}?tab=${tab}`
  switch (refusingStep(verdict, facts, permission)) {
    case 'identity':
      return facts.user === 'missing'
        ? [{ text: t`Register ${user}`, page: 'users' }]
        : [{ text: t`Activate ${user} again`, page: userPage }]
    case 'app':
      return [{ text: t`Let ${user} speak in all chat rooms again`, page: userPage }]
    case 'room':
      return facts.room?.state === 'disabled'
        ? [{ text: t`Enable the chat room`, page: ofRoom('settings') }]
        : [{ text: t`Look for the chat room`, page: 'rooms' }]
    case 'role':
      return facts.room
        ? [{ text: t`Give ${user} another role, or let somebody call who may`, page: ofRoom('members') }]
        : []
    case 'rule':
      return facts.room
        ? [
            { text: t`Sanctions of the chat room`, page: ofRoom('sanctions') },
            { text: t`Settings of the chat room`, page: ofRoom('settings') },
          ]
        : []
    default:
      return []
  }
}

/** What would have to change for the call to be done. */
export function Remedy(props: Props) {
  const { t, i18n } = useLingui()
  const ways = useWays(props)
  const { change, lifted_by: { calls = [], settings = [] } = {} } = props.verdict
  if (ways.length === 0 && !change) return null
  return (
    <section className="rounded-md bg-raised px-3 py-2">
      <h2 className="flex items-center gap-2 font-medium">
        <Wrench size={15} aria-hidden="true" />
        {t`What would have to change`}
      </h2>
      {change ? <p>{i18n.locale === 'zh-CN' ? change.zh : change.en}</p> : null}
      <ul className="mt-1 list-inside list-disc">
        {calls.length > 0 ? (
          <li>
            {t`Calls that change it:`} <code className="font-mono text-xs">{calls.join(', ')}</code>
          </li>
        ) : null}
        {settings.map((name) => (
          <li key={name}>
            {t`Setting:`}{' '}
            <Link
              href={`${linkOf(props.app, 'settings')}?setting=${name}`}
              className="font-mono text-xs text-accent hover:underline"
            >
              {name}
            </Link>
          </li>
        ))}
        {ways.map(({ text, page }) => (
          <li key={page}>
            <Link href={linkOf(props.app, page)} className="text-accent hover:underline">
              {text}
            </Link>
          </li>
        ))}
      </ul>
    </section>
  )
}
