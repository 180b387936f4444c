import { useLingui } from '@lingui/react/macro'
import { ArchiveRestore, ListChecks, MessagesSquare, Plus } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import { type AppPath, api, call, isRefusal } from '../../api/client.ts'
import { from, usePages } from '../../api/pages.ts'
import { readRoom } from '../../api/room.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Button, IconButton } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { SearchBox } from '../../ui/search-box.tsx'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Column, DataTable } from '../../ui/table.tsx'
import type { BulkAction } from './bulk.ts'
import { Box, type Selection, SelectionBar, useSelection } from './selection.tsx'

/** Loaded when the first of them is opened. */
const RoomDialogs = lazy(async () => ({ default: (await import('./room-dialogs.tsx')).RoomDialogs }))

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
    return { rows: [await readRoom(app, id)] }
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

/** Where to look, for what, and in which order. */
function Finding({ place, order }: Pick<Asked, 'place' | 'order'>) {
  const { t } = useLingui()
  const [, setPlace] = useParam('in')
  const [, setOrder] = useParam('order')
  return (
    <>
      <Select
        bare
        label={t`Search in`}
        value={place}
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
        value={order}
        onChange={setOrder}
        options={[
          ['created', t`Newest`],
          ['activity', t`Latest activity`],
          ['members', t`Most members first`],
          ['name', t`By name`],
        ]}
      />
    </>
  )
}

/** All rooms that are looked for, as the filter of a job. */
const filterOf = ({ text, place }: Asked): Record<string, string | number> =>
  text ? { [place]: text } : { members_min: 0 }

/** The rooms of an app; more are read as one scrolls. The server searches and sorts. */
export function Rooms({ app }: AppPageProps) {
  const { t } = useLingui()
  const may = useMay()
  const [, go] = useLocation()
  const [search] = useParam('q')
  const [place] = useParam('in')
  const [order] = useParam('order')
  const [job, setJob] = useParam('job')
  const [open, setOpen] = useState<'' | 'create' | 'dissolved' | 'jobs' | BulkAction>('')
  const asked = { text: search.trim(), place: oneOf(places, place), order: oneOf(orders, order) }
  const filter = filterOf(asked)
  const selection = useSelection(JSON.stringify(filter))
  const { rows, error, refetch, more } = usePages(
    ['rooms', app.org_name, app.app_name, asked.text, asked.place, asked.order],
    (cursor) => read(app, asked, cursor),
  )
  const boxes = useBoxes(rows, selection)
  const columns = useColumns(app)
  const close = () => setOpen('')
  return (
    <Page
      isFull
      title={t`Chat rooms`}
      actions={
        <>
          <Finding place={asked.place} order={asked.order} />
          <IconButton look="plain" label={t`Dissolved chat rooms`} onClick={() => setOpen('dissolved')}>
            <ArchiveRestore size={16} aria-hidden="true" />
          </IconButton>
          <IconButton look="plain" label={t`Bulk jobs`} onClick={() => setOpen('jobs')}>
            <ListChecks size={16} aria-hidden="true" />
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
        <SelectionBar
          selection={selection}
          mayChooseAll={asked.text === '' || asked.place !== 'id'}
          onAction={setOpen}
        />
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {rows || error ? null : <Loading rows={10} />}
        {rows ? (
          <DataTable
            label={t`Chat rooms`}
            rows={rows}
            columns={may('admin') ? [boxes, ...columns] : columns}
            idOf={({ id }) => id}
            onOpen={({ id }) => go(linkOf(app, `rooms/${id}`))}
            onEnd={more}
            empty={<NoRooms isSearched={search !== ''} />}
          />
        ) : null}
      </div>
      <Suspense>
        <RoomDialogs
          app={app}
          open={open}
          job={job}
          target={selection.isAll ? { filter } : { rooms: [...selection.ids] }}
          onClose={close}
          onJob={(id) => {
            close()
            if (id) selection.clear()
            setJob(id)
          }}
        />
      </Suspense>
    </Page>
  )
}

function NoRooms({ isSearched }: { isSearched: boolean }) {
  const { t } = useLingui()
  return isSearched ? (
    <Empty icon={MessagesSquare} title={t`No room is found.`} />
  ) : (
    <Empty icon={MessagesSquare} title={t`This app has no chat rooms yet.`}>
      {t`Create one here, or let your server do it: POST /chatrooms.`}
    </Empty>
  )
}

/** A column to choose rooms in. */
function useBoxes(rows: readonly ListedRoom[] | undefined, selection: Selection): Column<ListedRoom> {
  const { t } = useLingui()
  const ids = rows?.map(({ id }) => id) ?? []
  return {
    id: 'chosen',
    title: t`Select`,
    head: (
      <Box
        label={t`Select all that are shown`}
        checked={ids.length > 0 && ids.every(selection.has)}
        disabled={selection.isAll}
        onChange={(isOn) => selection.toggle(ids, isOn)}
      />
    ),
    className: 'w-10 pr-0!',
    cell: ({ id, name }) => (
      <Box
        label={t`Select ${name || id}`}
        checked={selection.has(id)}
        disabled={selection.isAll}
        onChange={(isOn) => selection.toggle([id], isOn)}
      />
    ),
  }
}
