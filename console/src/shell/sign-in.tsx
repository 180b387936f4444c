import { useLingui } from '@lingui/react/macro'
import { type FormEvent, type ReactNode, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { consoleCall, isRefusal } from '../api/client.ts'
import { useSessionChanged } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { Field, Input } from '../ui/field.tsx'
import { Problem } from '../ui/states.tsx'
import { Preferences } from './preferences.tsx'

function Front({ title, lead, children }: { title: string; lead: ReactNode; children: ReactNode }) {
  useEffect(() => {
    document.title = `${title} · chatroomd`
  }, [title])
  return (
    <div className="flex min-h-dvh flex-col">
      <header className="flex justify-end p-3">
        <Preferences />
      </header>
      <main className="mx-auto flex w-full max-w-sm flex-1 flex-col justify-center gap-5 p-4 pb-[18vh]">
        <div>
          <p className="text-base font-bold tracking-tight">chatroomd</p>
          <h1 className="mt-2 text-2xl font-semibold">{title}</h1>
          <p className="mt-1 text-dim">{lead}</p>
        </div>
        {children}
      </main>
    </div>
  )
}

/** Sends what was typed; what was refused is shown. */
function useSubmit(run: () => Promise<void>) {
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    setBusy(true)
    setError(undefined)
    await run().catch(setError)
    setBusy(false)
  }
  return { error, isBusy, submit }
}

interface NamedProps {
  name: string
  setName(name: string): void
  password: string
  setPassword(password: string): void
  isNew?: boolean
}

function Credentials({ name, setName, password, setPassword, isNew }: NamedProps) {
  const { t } = useLingui()
  return (
    <>
      <Field label={t`Name`}>
        <Input
          value={name}
          onValueChange={setName}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          required
        />
      </Field>
      <Field
        label={t`Password`}
        hint={isNew ? t`At least 10 characters. A sentence is easy to remember.` : null}
      >
        <Input
          type="password"
          value={password}
          onValueChange={setPassword}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          minLength={isNew ? 10 : 1}
          required
        />
      </Field>
    </>
  )
}

export function SignIn() {
  const { t } = useLingui()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const changed = useSessionChanged()
  const { error, isBusy, submit } = useSubmit(async () => {
    await consoleCall('POST', 'session', { name, password })
    await changed()
  })
  return (
    <Front title={t`Sign in`} lead={t`For the operators of this server.`}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Credentials {...{ name, setName, password, setPassword }} />
        {error ? (
          isRefusal(error, 401) ? (
            <p role="alert" className="rounded-md bg-danger-soft px-3 py-2 text-danger">
              {t`Name or password is wrong.`}
            </p>
          ) : (
            <Problem error={error} />
          )
        ) : null}
        <Button type="submit" look="accent" disabled={isBusy}>
          {t`Sign in`}
        </Button>
      </form>
      <p className="text-xs text-dim">
        {t`No account yet? On the server, this creates one:`}
        <br />
        <code className="font-mono">chatroomd operator add NAME --role admin</code>
      </p>
    </Front>
  )
}

/** Where the link leads that the first start prints. */
export function Setup() {
  const { t } = useLingui()
  const [token] = useState(() => location.hash.slice(1))
  const [name, setName] = useState('admin')
  const [password, setPassword] = useState('')
  const [, go] = useLocation()
  const changed = useSessionChanged()
  const { error, isBusy, submit } = useSubmit(async () => {
    await consoleCall('POST', 'setup', { token, name, password })
    await changed()
    go('/', { replace: true })
  })
  return (
    <Front title={t`Set up the console`} lead={t`Choose the name and password of the first administrator.`}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        <Credentials {...{ name, setName, password, setPassword }} isNew />
        {error ? <Problem error={error} /> : null}
        <Button type="submit" look="accent" disabled={isBusy || token === ''}>
          {t`Create and sign in`}
        </Button>
      </form>
      {token === '' ? (
        <p role="alert" className="text-danger">
          {t`The link is not whole: copy all of it, with what stands behind the #.`}
        </p>
      ) : null}
    </Front>
  )
}
