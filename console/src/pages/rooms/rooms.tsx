import { useLingui } from '@lingui/react/macro'
import { ArchiveRestore, MessagesSquare, Plus } from 'lucide-react'
import { useState } from 'react'
import { Link, useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call, isRefusal } from '../../api/client.ts'
import { from, usePages } from '../../api/pages.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { SearchBox } from '../../ui/search-box.tsx'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Column, DataTable } from '../../ui/table.tsx'
import { CreateRoom } from './create-room.tsx'
import { Dissolved } from './dissolved.tsx'

interface ListedRoom {
  id: string
  name: string
  owner: string
  affiliations_count: number
  disabled: boolean
}

const pageSize = 200

const orders = ['created', 'activity', 'members', 'name'] as const

const places = ['name', 'owner', 'member', 'id'] as const

const oneOf = <Name extends string>(names: readonly Name[], given: string): Name =>
  names.find((name) => name === given) ?? (names[0] as Name)

/** One room by its id: none where there is no such room. */
async function readOne(app: AppPath, id: string) {
  try {
    const { data } = await call(
      api.GET('/{org_name}/{app_name}/chatrooms/{chatroom_id}', {
        params: { path: { ...app, chatroom_id: id } },
      }),
    )
    const rooms = Array.isArray(data) ? data : [data]
    return { rows: rooms.flatMap((room) => (room && 'owner' in room ? [{ ...room, disabled: false }] : [])) }
  } catch (error) {
    if (isRefusal(error, 404)) return { rows: [] }
    throw error
  }
}

interface Asked {
  text: string
  place: (typeof places)[number]
  order: (typeof orders)[number]
}

async function read(app: AppPath, { text, place, order }: Asked, cursor: string) {
  if (text && place === 'id') return readOne(app, text)
  const { data, cursor: next } = await call(
    api.GET('/{org_name}/{app_name}/chatrooms', {
      params: {
        path: app,
        query: { limit: pageSize, sort: order, ...(text ? { [place]: text } : {}), ...from(cursor) },
      },
    }),
  )
  return { rows: (data ?? []) as ListedRoom[], cursor: next }
}

function useColumns(app: AppPath): Column<ListedRoom>[] {
  const { t, i18n } = useLingui()
  return [
    {
      id: 'name',
      title: t`Name`,
      className: 'max-w-0 w-full',
      cell: ({ id, name, disabled }) => (
        <span className="flex min-w-0 items-center gap-2">
          <Link
            href={linkOf(app, `rooms/${id}`)}
            className="truncate font-medium text-ink hover:text-accent hover:underline"
          >
            {name || id}
          </Link>
          {disabled ? <Badge tone="warn">{t`Disabled`}</Badge> : null}
        </span>
      ),
    },
    {
      id: 'id',
      title: t`Room ID`,
      isWideOnly: true,
      cell: ({ id }) => <span className="font-mono text-xs text-dim">{id}</span>,
    },
    { id: 'owner', title: t`Owner`, className: 'max-w-40 truncate', cell: ({ owner }) => owner },
    {
      id: 'members',
      title: t`Members`,
      isNumber: true,
      cell: ({ affiliations_count: count }) => i18n.number(count),
    },
  ]
}

/** The rooms of an app; more are read as one scrolls. The server searches and sorts. */
export function Rooms({ app }: AppPageProps) {
  const { t } = useLingui()
  const may = useMay()
  const [, go] = useLocation()
  const [search] = useParam('q')
  const [givenPlace, setPlace] = useParam('in')
  const [givenOrder, setOrder] = useParam('order')
  const [open, setOpen] = useState<'' | 'create' | 'dissolved'>('')
  const asked = { text: search.trim(), place: oneOf(places, givenPlace), order: oneOf(orders, givenOrder) }
  const { rows, error, refetch, more } = usePages(
    ['rooms', app.org_name, app.app_name, asked.text, asked.place, asked.order],
    (cursor) => read(app, asked, cursor),
  )
  const columns = useColumns(app)
  return (
    <Page
      isFull
      title={t`Chat rooms`}
      actions={
        <>
          <Select
            bare
            label={t`Search in`}
            value={asked.place}
            onChange={setPlace}
            options={[
              ['name', t`Name`],
              ['owner', t`Owner`],
              ['member', t`Member`],
              ['id', t`Room ID`],
            ]}
          />
          <SearchBox label={t`Find chat rooms`} />
          <Select
            bare
            label={t`Order`}
            value={asked.order}
            onChange={setOrder}
            options={[
              ['created', t`Newest`],
              ['activity', t`Latest activity`],
              ['members', t`Most members first`],
              ['name', t`By name`],
            ]}
          />
          <IconButton look="plain" label={t`Dissolved chat rooms`} onClick={() => setOpen('dissolved')}>
            <ArchiveRestore size={16} aria-hidden="true" />
          </IconButton>
          {may('admin') ? (
            <Button look="accent" onClick={() => setOpen('create')}>
              <Plus size={16} aria-hidden="true" />
              {t`Create room`}
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
            label={t`Chat rooms`}
            rows={rows}
            columns={columns}
            idOf={({ id }) => id}
            onOpen={({ id }) => go(linkOf(app, `rooms/${id}`))}
            onEnd={more}
            empty={
              search ? (
                <Empty icon={MessagesSquare} title={t`No room is found.`} />
              ) : (
                <Empty icon={MessagesSquare} title={t`This app has no chat rooms yet.`}>
                  {t`Create one here, or let your server do it: POST /chatrooms.`}
                </Empty>
              )
            }
          />
        ) : null}
      </div>
      <CreateRoom app={app} open={open === 'create'} onClose={() => setOpen('')} />
      {open === 'dissolved' ? <Dissolved app={app} onClose={() => setOpen('')} /> : null}
    </Page>
  )
}
