import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import type { RoomDetails } from '../../api/room.ts'
import { useAct } from '../../ui/act.ts'
import { Button } from '../../ui/button.tsx'
import { Field, Input, Select, TextArea, Toggle } from '../../ui/field.tsx'
import { Loading } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { Attributes } from './attributes.tsx'
import { Lifecycle } from './lifecycle.tsx'
import { RoomEnd } from './room-end.tsx'
import { RoomExport } from './room-export.tsx'
import { roomKey } from './room-feed.ts'
import { announcementQuery, detailsQuery, slowModeQuery } from './room-queries.ts'
import { Transfer } from './transfer.tsx'

interface Props {
  app: AppPath
  room: string
  /** Its details; who may speak, announcement and attributes need less. */
  mayChange: boolean
  mayModerate: boolean
}

type PartProps = Omit<Props, 'mayModerate'>

/** Everything of a room that is not its messages and members. */
export function RoomSettings({ app, room, mayChange, mayModerate }: Props) {
  const { data: details } = useQuery(detailsQuery(app, room))
  const { data: announcement } = useQuery(announcementQuery(app, room))
  if (!details || announcement === undefined) return <Loading />
  return (
    // At its end there is room for what is said in the corner.
    <div className="flex flex-col gap-6 p-4 pb-20">
      <Speaking {...{ app, room, mayModerate }} isMuted={details.mute} />
      <Announcement key={announcement} app={app} room={room} mayChange={mayModerate} now={announcement} />
      <Details key={JSON.stringify(details)} app={app} mayChange={mayChange} details={details} />
      <Attributes app={app} room={room} mayChange={mayModerate} />
      <Lifecycle app={app} room={room} mayChange={mayChange} />
      <RoomExport app={app} room={room} />
      {mayModerate ? <RoomEnd app={app} details={details} mayDissolve={mayChange} /> : null}
    </div>
  )
}

function Speaking({ app, room, mayModerate, isMuted }: Omit<Props, 'mayChange'> & { isMuted: boolean }) {
  const { t } = useLingui()
  const save = useAct(roomKey(app, room))
  const { data: slowMode = 0 } = useQuery(slowModeQuery(app, room))
  const at = { params: { path: { ...app, chatroom_id: room } } }
  const seconds = [...new Set([0, 5, 10, 30, 60, slowMode])].sort((a, b) => a - b)
  return (
    <section className="flex flex-col gap-3">
      <div className="flex items-center justify-between gap-4">
        <span aria-hidden="true">{t`Mute everybody`}</span>
        <Toggle
          label={t`Mute everybody`}
          checked={isMuted}
          disabled={!mayModerate}
          onChange={(isOn) =>
            save(
              isOn
                ? call(api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/ban', at))
                : call(api.DELETE('/{org_name}/{app_name}/chatrooms/{chatroom_id}/ban', at)),
              isOn ? t`Everybody is muted` : t`Everybody may speak again`,
            )
          }
        />
      </div>
      <div className="flex items-center justify-between gap-4">
        <span aria-hidden="true">{t`Slow mode`}</span>
        <Select
          bare
          disabled={!mayModerate}
          label={t`Slow mode`}
          value={String(slowMode)}
          onChange={(value) =>
            save(
              call(
                api.PUT('/{org_name}/{app_name}/chatrooms/{chatroom_id}/slow_mode', {
                  ...at,
                  body: { slowMode: Number(value) },
                }),
              ),
            )
          }
          options={seconds.map((count) => [
            String(count),
            count === 0 ? t`off` : t`one message in ${count} s`,
          ])}
        />
      </div>
    </section>
  )
}

function Announcement({ app, room, mayChange, now }: PartProps & { now: string }) {
  const { t } = useLingui()
  const save = useAct(roomKey(app, room))
  const [text, setText] = useState(now)
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const announcing = api.POST('/{org_name}/{app_name}/chatrooms/{chatroom_id}/announcement', {
      params: { path: { ...app, chatroom_id: room } },
      body: { announcement: text },
    })
    void save(call(announcing))
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-2">
      <Field label={t`Announcement`}>
        <TextArea
          value={text}
          onChange={(event) => setText(event.target.value)}
          readOnly={!mayChange}
          maxLength={512}
        />
      </Field>
      {text === now ? null : (
        <Button type="submit" look="accent" size="small" className="self-end">{t`Announce`}</Button>
      )}
    </form>
  )
}

function Details({ app, mayChange, details }: { app: AppPath; mayChange: boolean; details: RoomDetails }) {
  const { t } = useLingui()
  const save = useAct(roomKey(app, details.id))
  const [name, setName] = useState(details.name)
  const [description, setDescription] = useState(details.description)
  const [most, setMost] = useState(String(details.maxusers))
  const [custom, setCustom] = useState(details.custom)
  const isChanged =
    name !== details.name ||
    description !== details.description ||
    most !== String(details.maxusers) ||
    custom !== details.custom
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    const changing = api.PUT('/{org_name}/{app_name}/chatrooms/{chatroom_id}', {
      params: { path: { ...app, chatroom_id: details.id } },
      body: {
        name,
        description,
        maxusers: Number(most),
        ...(custom === details.custom ? {} : { custom }),
      },
    })
    void save(call(changing))
  }
  return (
    <div className="flex flex-col gap-3">
      <form onSubmit={submit} className="flex flex-col gap-3">
        <Field label={t`Name`}>
          <Input value={name} onValueChange={setName} readOnly={!mayChange} required maxLength={128} />
        </Field>
        <Field label={t`Description`}>
          <TextArea
            value={description}
            onChange={(event) => setDescription(event.target.value)}
            readOnly={!mayChange}
            maxLength={512}
          />
        </Field>
        <Field label={t`Most members`}>
          <Input type="number" min={1} value={most} onValueChange={setMost} readOnly={!mayChange} required />
        </Field>
        <Field label={t`Extension text`} hint={t`The field custom, which clients read. At most 8 KB.`}>
          <TextArea
            value={custom}
            onChange={(event) => setCustom(event.target.value)}
            readOnly={!mayChange}
            spellCheck={false}
          />
        </Field>
        {isChanged ? (
          <Button type="submit" look="accent" size="small" className="self-end">{t`Save`}</Button>
        ) : null}
      </form>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-[13px]">
        <dt className="text-dim">{t`Room ID`}</dt>
        <dd className="font-mono">{details.id}</dd>
        <dt className="text-dim">{t`Owner`}</dt>
        <dd className="flex flex-wrap items-center gap-2">
          <span className="break-all">{details.owner}</span>
          {mayChange ? <Transfer app={app} room={details.id} owner={details.owner} /> : null}
        </dd>
        <dt className="text-dim">{t`Created`}</dt>
        <dd>
          <Time at={details.created} />
        </dd>
      </dl>
    </div>
  )
}
