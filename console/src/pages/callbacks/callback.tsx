import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { Toggle } from '../../ui/field.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Loading, Problem } from '../../ui/states.tsx'
import { Dead, Deliveries } from './deliveries.tsx'
import { Replay } from './replay.tsx'
import { RuleDialog } from './rule-dialog.tsx'
import { callbacksKey, type Rule } from './rules.ts'
import { SignatureHelp } from './signature-help.tsx'

const hourMs = 3_600_000

/** One rule: what it is called for, how its calls went, and calling again. */
export function Callback({ app, params: { callback = '' } }: AppPageProps) {
  const { t } = useLingui()
  const may = useMay()
  const [, go] = useLocation()
  const [open, setOpen] = useState<'' | 'change' | 'delete'>('')
  const [since, setSince] = useState<number>()
  const key = callbacksKey(app)
  const act = useAct(key)
  const at = { params: { path: { ...app, callback_id: callback } } }
  const { data, error, refetch } = useQuery({
    queryKey: [...key, callback],
    queryFn: async () =>
      (await call(api.GET('/{org_name}/{app_name}/callbacks/{callback_id}', at))).data as Rule,
  })
  const close = () => setOpen('')
  const enable = (enabled: boolean): Promise<void> =>
    act(call(api.PUT('/{org_name}/{app_name}/callbacks/{callback_id}', { ...at, body: { enabled } })))
  async function remove(): Promise<void> {
    await call(api.DELETE('/{org_name}/{app_name}/callbacks/{callback_id}', at))
    go(linkOf(app, 'callbacks'))
    await act(Promise.resolve(), t`Deleted`)
  }
  if (error)
    return (
      <Page title={t`Callback rule`}>
        <Problem error={error} onRetry={refetch} />
        <Link href={linkOf(app, 'callbacks')} className="text-accent underline">{t`All callbacks`}</Link>
      </Page>
    )
  if (!data) return <Loading />
  const isAfter = data.when === 'after'
  return (
    <Page
      title={data.name}
      actions={
        may('admin') ? (
          <>
            <span className="flex items-center gap-2">
              <span aria-hidden="true">{t`Enabled`}</span>
              <Toggle label={t`Enabled`} checked={data.enabled} onChange={enable} />
            </span>
            <Button onClick={() => setOpen('change')}>{t`Change…`}</Button>
            {isAfter ? <Button onClick={() => setSince(Date.now() - hourMs)}>{t`Replay…`}</Button> : null}
            <Button look="danger" onClick={() => setOpen('delete')}>{t`Delete…`}</Button>
          </>
        ) : null
      }
    >
      <p className="-mt-3 break-all text-dim">
        {data.url}
        {data.events.length > 0 ? ` · ${data.events.join(', ')}` : ''}
      </p>
      {isAfter ? <Dead app={app} callback={callback} /> : null}
      <Deliveries
        app={app}
        callback={callback}
        {...(may('admin') && isAfter ? { onReplay: setSince } : {})}
      />
      <Card title={t`Check the signature`}>
        <SignatureHelp />
      </Card>
      {open === 'change' ? <RuleDialog app={app} rule={data} onClose={close} /> : null}
      {since === undefined ? null : (
        <Replay app={app} callback={callback} since={since} onClose={() => setSince(undefined)} />
      )}
      <FormDialog
        open={open === 'delete'}
        onClose={close}
        title={t`Delete the rule ${data.name}?`}
        action={t`Delete`}
        isDanger
        typed={data.name}
        onSubmit={remove}
      >
        <p>{t`What waits to be delivered is lost.`}</p>
      </FormDialog>
    </Page>
  )
}
