import { useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { Select } from '../../ui/field.tsx'
import { Card } from '../../ui/page.tsx'
import { Badge, Problem } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { tell } from '../../ui/toast.tsx'
import { type Credentials, CredentialsDialog } from '../apps/credentials.tsx'

const path = '/{org_name}/{app_name}/secrets'
const day = 86_400

/** The client secret of an app: a new one, and the one before it for as long as it is good. */
export function Secret({ app, name }: { app: AppPath; name: string }) {
  const { t } = useLingui()
  const may = useMay()
  const [open, setOpen] = useState<'' | 'rotate' | 'end'>('')
  const [overlap, setOverlap] = useState(String(day))
  const [credentials, setCredentials] = useState<Credentials>()
  const queries = useQueryClient()
  const queryKey = ['secrets', name]
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: async () => (await call(api.GET(path, { params: { path: app } }))).data,
    refetchInterval: ({ state }) => (state.data?.previous_secret_until ? 10_000 : false),
  })
  const until = data?.previous_secret_until ?? null
  const isAtOnce = overlap === '0'

  async function rotate(): Promise<void> {
    const body = { overlap_seconds: Number(overlap) }
    const { data: made } = await call(api.POST(path, { params: { path: app }, body }))
    setCredentials({ key: name, ...made })
    await queries.invalidateQueries({ queryKey })
  }

  async function end(): Promise<void> {
    await call(api.DELETE(path, { params: { path: app } }))
    await queries.invalidateQueries({ queryKey })
    tell({ title: t`The previous secret has ended` })
  }

  return (
    <Card
      title={t`Client secret`}
      {...(may('admin')
        ? { actions: <Button size="small" onClick={() => setOpen('rotate')}>{t`New secret…`}</Button> }
        : {})}
    >
      <div className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-2 px-4 py-2.5">
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {until === null ? (
          <p className="text-dim">{t`One secret is good. A new one can go beside it for a while, so that your servers change over without a stop.`}</p>
        ) : (
          <>
            <Badge tone="warn">{t`two secrets are good`}</Badge>
            <p className="min-w-0 flex-1 basis-60">
              {t`The previous secret and its tokens end:`} <Time at={until} />
            </p>
            {may('admin') ? (
              <Button size="small" look="danger" onClick={() => setOpen('end')}>{t`End it now…`}</Button>
            ) : null}
          </>
        )}
      </div>
      <FormDialog
        open={open === 'rotate'}
        onClose={() => setOpen('')}
        title={t`A new secret for ${name}`}
        action={t`New secret`}
        onSubmit={rotate}
        {...(isAtOnce ? { isDanger: true, typed: name } : {})}
      >
        <Select
          label={t`The old secret stays good for`}
          value={overlap}
          onChange={setOverlap}
          options={[
            ['0', t`no time: it ends at once`],
            ['3600', t`1 hour`],
            [String(day), t`1 day`],
            [String(7 * day), t`7 days`],
            [String(30 * day), t`30 days`],
            [String(90 * day), t`90 days`],
          ]}
        />
        <p>
          {isAtOnce
            ? t`The old secret and all tokens of the app end at once: your servers are refused until they have the new one.`
            : t`Until then both are good. Bring the new one to your servers; tokens that were asked for with the old one end with it.`}
        </p>
      </FormDialog>
      <FormDialog
        open={open === 'end'}
        onClose={() => setOpen('')}
        title={t`End the previous secret of ${name}?`}
        action={t`End it`}
        isDanger
        onSubmit={end}
      >
        <p>{t`Servers that still use it, and clients with a token of it, are refused at once.`}</p>
      </FormDialog>
      {credentials ? (
        <CredentialsDialog credentials={credentials} onClose={() => setCredentials(undefined)} />
      ) : null}
    </Card>
  )
}
