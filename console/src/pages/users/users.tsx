import { useLingui } from '@lingui/react/macro'
import { UserPlus, Users as UsersIcon } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call } from '../../api/client.ts'
import { from, usePages } from '../../api/pages.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Button } from '../../ui/button.tsx'
import { FormDialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { SearchBox } from '../../ui/search-box.tsx'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Column, DataTable } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

interface ListedUser {
  username: string
  nickname?: string
  activated: boolean
  created: number
}

const pageSize = 100

const linkTo = (app: AppPath, user: string): string => linkOf(app, `users/${encodeURIComponent(user)}`)

function useColumns(app: AppPath): Column<ListedUser>[] {
  const { t } = useLingui()
  return [
    {
      id: 'user',
      title: t`User ID`,
      className: 'max-w-0 w-full',
      cell: ({ username, activated }) => (
        <span className="flex min-w-0 items-center gap-2">
          <Link
            href={linkTo(app, username)}
            className="truncate font-medium hover:text-accent hover:underline"
          >
            {username}
          </Link>
          {activated ? null : <Badge tone="warn">{t`Deactivated`}</Badge>}
        </span>
      ),
    },
    {
      id: 'nickname',
      title: t`Nickname`,
      className: 'max-w-40 truncate',
      cell: ({ nickname }) => nickname ?? '',
    },
    {
      id: 'created',
      title: t`Registered`,
      isWideOnly: true,
      className: 'text-dim',
      cell: ({ created }) => <Time at={created} />,
    },
  ]
}

/** Users by when they registered, or those whose ids begin with what is looked for. */
export function Users({ app }: AppPageProps) {
  const { t } = useLingui()
  const may = useMay()
  const [, go] = useLocation()
  const [search] = useParam('q')
  const prefix = search.trim().toLowerCase()
  const [isAdding, setAdding] = useState(false)
  const columns = useColumns(app)
  const { rows, error, refetch, more } = usePages(
    ['users', app.org_name, app.app_name, prefix],
    async (cursor) => {
      const page = await call(
        api.GET('/{org_name}/{app_name}/users', {
          params: {
            path: app,
            query: { limit: pageSize, ...(prefix ? { prefix } : {}), ...from(cursor) },
          },
        }),
      )
      return { rows: page.entities as ListedUser[], cursor: page.cursor }
    },
  )

  return (
    <Page
      isFull
      title={t`Users`}
      actions={
        <>
          <SearchBox label={t`User ID begins with`} />
          {may('admin') ? (
            <Button look="accent" onClick={() => setAdding(true)}>
              <UserPlus size={16} aria-hidden="true" />
              {t`Register user`}
            </Button>
          ) : null}
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col rounded-lg border border-line bg-panel">
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {rows || error ? null : <Loading rows={10} />}
        {rows ? (
          <DataTable
            label={t`Users`}
            rows={rows}
            columns={columns}
            idOf={({ username }) => username}
            onOpen={({ username }) => go(linkTo(app, username))}
            onEnd={more}
            empty={
              prefix ? (
                <Empty icon={UsersIcon} title={t`No user ID begins with “${prefix}”.`} />
              ) : (
                <Empty icon={UsersIcon} title={t`Nobody is registered yet.`}>
                  {t`Your server registers users: POST /users.`}
                </Empty>
              )
            }
          />
        ) : null}
      </div>
      <RegisterUser app={app} open={isAdding} onClose={() => setAdding(false)} />
    </Page>
  )
}

function RegisterUser({ app, open, onClose }: { app: AppPath; open: boolean; onClose(): void }) {
  const { t } = useLingui()
  const [, go] = useLocation()
  const [username, setUsername] = useState('')
  const [password, setPassword] = useState('')
  async function register(): Promise<void> {
    await call(
      api.POST('/{org_name}/{app_name}/users', {
        params: { path: app },
        body: { username, ...(password ? { password } : {}) },
      }),
    )
    go(linkTo(app, username.toLowerCase()))
  }
  return (
    <FormDialog
      open={open}
      onClose={onClose}
      title={t`Register user`}
      action={t`Register`}
      onSubmit={register}
    >
      <Field label={t`User ID`} hint={t`Letters, digits, "_", "-" and "."`}>
        <Input
          value={username}
          onValueChange={setUsername}
          required
          autoCapitalize="none"
          spellCheck={false}
        />
      </Field>
      <Field label={t`Password`} hint={t`Empty where your server issues tokens.`}>
        <Input type="password" value={password} onValueChange={setPassword} autoComplete="new-password" />
      </Field>
    </FormDialog>
  )
}
