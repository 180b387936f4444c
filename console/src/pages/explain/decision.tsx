import { useLingui } from '@lingui/react/macro'
import { Check, type LucideIcon, Minus, X } from 'lucide-react'
import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { linkOf } from '../../api/app.ts'
import type { AppPath } from '../../api/client.ts'
import { Until } from '../../ui/time.tsx'
import type { Permission } from '../permissions/columns.ts'
import type { Facts, Role } from './facts.ts'
import { holdersOf, refusingStep, type Step, steps, type Verdict } from './verdict.ts'

/** What was asked for when the verdict came. */
export interface Question {
  user: string
  room: string
  permission: Permission | undefined
}

interface Props {
  app: AppPath
  question: Question
  verdict: Verdict
  facts: Facts
}

function useRoleNames(): Record<Role, string> {
  const { t } = useLingui()
  return {
    app: t`your server`,
    superAdmin: t`super admin`,
    owner: t`owner`,
    admin: t`admin`,
    member: t`member`,
    other: t`not in the room`,
  }
}

type State = 'yes' | 'no' | 'open'

const marks: Record<State, [icon: LucideIcon, look: string]> = {
  yes: [Check, 'border-good bg-good-soft text-good'],
  no: [X, 'border-danger bg-danger-soft text-danger'],
  open: [Minus, 'border-line bg-raised text-dim'],
}

interface LineProps {
  state: State
  title: string
  children: ReactNode
}

/** One step, with a line to the next one. */
function Line({ state, title, children }: LineProps) {
  const { t } = useLingui()
  const [Icon, look] = marks[state]
  const words = { yes: t`passed`, no: t`says no`, open: t`not reached` }
  return (
    <li className="group relative flex gap-3 pb-5 last:pb-0">
      <span
        aria-hidden="true"
        className="absolute top-7 bottom-0 left-3.5 w-px -translate-x-1/2 bg-line group-last:hidden"
      />
      <span className={`flex size-7 shrink-0 items-center justify-center rounded-full border ${look}`}>
        <Icon size={15} role="img" aria-label={words[state]} />
      </span>
      <div className={`min-w-0 flex-1 pt-0.5 ${state === 'open' ? 'text-dim' : ''}`}>
        <h2 className="font-medium">{title}</h2>
        <div className="break-words">{children}</div>
      </div>
    </li>
  )
}

/** The steps of a decision, from who asks to the rule that says no. */
export function Decision({ app, question, verdict, facts }: Props) {
  const { t, i18n } = useLingui()
  const why = i18n.locale === 'zh-CN' ? verdict.why?.zh : verdict.why?.en
  const titles: Record<Step, string> = {
    identity: t`Who calls`,
    app: t`The app`,
    room: t`The chat room`,
    role: t`The role`,
    rule: t`The rules`,
  }
  const refusing = refusingStep(verdict, facts, question.permission)
  const end = refusing === undefined ? steps.length : steps.indexOf(refusing)
  const shown = steps.filter((step) => step !== 'room' || facts.room !== undefined)
  return (
    <ol aria-label={t`How it is decided`}>
      {shown.map((step) => {
        const place = steps.indexOf(step)
        const state = place < end ? 'yes' : place === end ? 'no' : 'open'
        return (
          <Line key={step} state={state} title={titles[step]}>
            <Says step={step} app={app} question={question} verdict={verdict} facts={facts} />
            {state === 'no' && why ? <div className="font-medium text-danger">{why}</div> : null}
          </Line>
        )
      })}
    </ol>
  )
}

/** What is so at one step. */
function Says({ step, app, question, verdict, facts }: Props & { step: Step }) {
  const { t } = useLingui()
  switch (step) {
    case 'identity':
      return <Identity app={app} user={question.user} state={facts.user} />
    case 'app':
      return <OfApp app={app} seconds={facts.mutedSeconds} />
    case 'room':
      return <OfRoom app={app} room={question.room} facts={facts} />
    case 'role':
      return <OfRole question={question} role={facts.role} hasRoom={facts.room !== undefined} />
    case 'rule':
      return verdict.allowed ? t`No rule says no.` : null
  }
}

function Identity({ app, user, state }: { app: AppPath; user: string; state: Facts['user'] }) {
  const { t } = useLingui()
  if (state === 'app') return t`Your server, with an app token.`
  const link = (
    <Link href={linkOf(app, `users/${encodeURIComponent(user)}`)} className="text-accent hover:underline">
      {user}
    </Link>
  )
  if (state === 'missing') return t`${user} is not registered: nobody can sign in as this user.`
  return (
    <>
      {link}
      {state === 'deactivated' ? (
        <span className="text-warn"> · {t`deactivated: cannot sign in`}</span>
      ) : null}
    </>
  )
}

function OfApp({ app, seconds }: { app: AppPath; seconds: number }) {
  const { t } = useLingui()
  return (
    <>
      {`${app.org_name}#${app.app_name}`}
      {seconds === 0 ? null : (
        <span className="text-warn">
          {' · '}
          {t`muted in all chat rooms, until`}{' '}
          <Until at={seconds < 0 ? seconds : Date.now() + seconds * 1000} />
        </span>
      )}
    </>
  )
}

function OfRoom({ app, room, facts }: { app: AppPath; room: string; facts: Facts }) {
  const { t } = useLingui()
  if (facts.room === undefined || facts.room.state === 'missing') return t`There is no chat room ${room}.`
  return (
    <>
      <Link href={linkOf(app, `rooms/${room}`)} className="text-accent hover:underline">
        {facts.room.name || room}
      </Link>
      {facts.room.state === 'disabled' ? <span className="text-warn"> · {t`disabled`}</span> : null}
    </>
  )
}

function OfRole({ question, role, hasRoom }: { question: Question; role: Role; hasRoom: boolean }) {
  const { t, i18n } = useLingui()
  const names = useRoleNames()
  const { user, permission } = question
  const list = new Intl.ListFormat(i18n.locale, { type: 'disjunction' })
  const may = permission ? list.format(holdersOf(permission).map((name) => names[name as Role])) : ''
  const is = role === 'other' && !hasRoom ? t`an ordinary user` : names[role]
  return (
    <>
      {user ? t`${user}: ${is}` : is}
      {permission ? <div className="text-dim">{t`May call: ${may}`}</div> : null}
    </>
  )
}
