import { useLingui } from '@lingui/react/macro'
import { useState } from 'react'
import type { AppPath } from '../../api/client.ts'
import { FormDialog } from '../../ui/dialog.tsx'
import { Progress } from '../../ui/progress.tsx'
import { ReasonField } from '../../ui/reason-field.tsx'
import { tell } from '../../ui/toast.tsx'
import { callsOf } from '../room/moderation-calls.ts'
import { readRooms } from './user-queries.ts'

interface Props {
  app: AppPath
  user: string
  onClose(): void
}

/** As far back as one call goes. */
const minutes = 1440

/** Every chat room that a user is in. */
async function allRooms(app: AppPath, user: string): Promise<string[]> {
  const ids: string[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: Awaited<ReturnType<typeof readRooms>> = await readRooms(app, user, cursor)
    ids.push(...page.rows.map(({ id }) => id))
    cursor = page.cursor
  }
  return ids
}

/** Deletes what a user has sent to one room: each call takes the newest, until there are no more. */
async function deleteIn(app: AppPath, room: string, user: string, reason: string): Promise<number> {
  const calls = callsOf(app, room)
  let count = 0
  for (;;) {
    const { data } = await calls.deleteMessagesOf(user, minutes, reason)
    count += data?.deleted ?? 0
    if (!data?.more || data.deleted === 0) return count
  }
}

/** Deletes what a user has sent in the last day to all chat rooms that it is in. */
export function DeleteEverywhere({ app, user, onClose }: Props) {
  const { t, i18n } = useLingui()
  const [reason, setReason] = useState('')
  const [progress, setProgress] = useState<{ done: number; total: number }>()

  async function run(): Promise<void> {
    const rooms = await allRooms(app, user)
    let [deleted, done] = [0, 0]
    setProgress({ done, total: rooms.length })
    for (const room of rooms) {
      deleted += await deleteIn(app, room, user, reason)
      done += 1
      setProgress({ done, total: rooms.length })
    }
    const count = i18n.number(deleted)
    tell({ title: t`Messages deleted: ${count}` })
  }

  return (
    <FormDialog
      open
      onClose={onClose}
      title={t`Delete all messages of ${user}?`}
      action={t`Delete all`}
      isDanger
      typed={user}
      onSubmit={run}
    >
      <p>{t`Everything that ${user} has sent in the last 24 hours to the chat rooms it is in disappears for everybody, and does not come back.`}</p>
      <ReasonField value={reason} onChange={setReason} />
      {progress ? <Progress label={t`Progress`} done={progress.done} total={progress.total} /> : null}
    </FormDialog>
  )
}
