import { useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useEffect, useState } from 'react'
import type { AppPath } from '../../api/client.ts'
import { useMay, useOperator } from '../../api/session.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Field, Input } from '../../ui/field.tsx'
import { Progress } from '../../ui/progress.tsx'
import { Badge, Loading, Problem } from '../../ui/states.tsx'
import { isDestructive, type Job, jobQuery, startJob, stopJob, useActionNames } from './bulk.ts'
import { JobRooms } from './job-rooms.tsx'
import { type Undone, undoJob } from './undo-job.ts'

interface Props {
  app: AppPath
  id: string
  onClose(): void
  /** Another job is to be seen. */
  onJob(id: string): void
}

/** One job: how far it is, what became of each room, and what can be done next. */
export function JobDialog({ app, id, onClose, onJob }: Props) {
  const { t } = useLingui()
  const may = useMay()
  const queries = useQueryClient()
  const names = useActionNames()
  const { data: job, error, refetch } = useQuery(jobQuery(app, id))
  const hasEnded = job?.ended !== undefined
  useEffect(() => {
    if (hasEnded) void queries.invalidateQueries({ queryKey: ['rooms'] })
  }, [hasEnded, queries])
  const name = names[job?.action ?? ''] ?? ''
  const title = !job?.dry_run ? name || t`Bulk job` : t`Tried out: ${name}`
  return (
    <Dialog wide open onClose={onClose} title={title}>
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {job || error ? null : <Loading rows={4} />}
      {job ? (
        <div className="flex flex-col gap-4">
          <Counts job={job} />
          {job.error ? <p className="text-danger">{job.error}</p> : null}
          {hasEnded ? <JobRooms key={`rooms ${id}`} app={app} job={job} /> : null}
          {may('admin') ? (
            <Next key={`next ${id}`} app={app} job={job} onClose={onClose} onJob={onJob} />
          ) : null}
        </div>
      ) : null}
    </Dialog>
  )
}

function Counts({ job }: { job: Job }) {
  const { t, i18n } = useLingui()
  const [total, done, refused, changed] = [job.total, job.done, job.refused, job.changed].map((count) =>
    i18n.number(count),
  )
  const over = job.done + job.refused + job.changed
  const states: Record<string, string> = {
    collecting: t`finding the rooms`,
    running: t`running`,
    done: t`finished`,
    stopped: t`stopped`,
    failed: t`failed`,
  }
  return (
    <div className="flex flex-col gap-2">
      <Progress label={t`Progress`} done={over} total={job.ended === undefined ? job.total : over} />
      <p role="status" className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span>
          {t`Chat rooms: ${total}`} · {states[job.state] ?? job.state}
        </span>
        <Badge tone="good">{job.dry_run ? t`${done} would be done` : t`${done} done`}</Badge>
        {job.refused > 0 ? <Badge tone="danger">{t`${refused} refused`}</Badge> : null}
        {job.changed > 0 ? <Badge tone="warn">{t`${changed} left alone: changed meanwhile`}</Badge> : null}
      </p>
    </div>
  )
}

type NextProps = Omit<Props, 'id'> & { job: Job }

/** Stop while it runs; then do what was tried out, or undo what was done. */
function Next({ app, job, onClose, onJob }: NextProps) {
  const { t } = useLingui()
  const queries = useQueryClient()
  if (job.ended === undefined)
    return (
      <Button
        className="self-end"
        onClick={() =>
          void stopJob(app, job.id).finally(() => queries.invalidateQueries(jobQuery(app, job.id)))
        }
      >{t`Stop`}</Button>
    )
  if (job.confirm !== undefined && job.done > 0)
    return <Confirm app={app} job={job} confirm={job.confirm} onClose={onClose} onJob={onJob} />
  if (!job.dry_run && job.done > 0 && job.action !== 'create') return <Undo app={app} job={job} />
  return <Button className="self-end" onClick={onClose}>{t`Close`}</Button>
}

function Confirm({ app, job, confirm, onClose, onJob }: NextProps & { confirm: string }) {
  const { t, i18n } = useLingui()
  const names = useActionNames()
  const [text, setText] = useState('')
  const [error, setError] = useState<unknown>()
  const count = i18n.number(job.done)
  const name = names[job.action] ?? job.action
  const typed = isDestructive(job.action) ? `${name} ${job.done}` : ''
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    try {
      onJob(await startJob(app, { confirm }))
    } catch (problem) {
      setError(problem)
    }
  }
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 border-t border-line pt-4">
      {typed ? (
        <Field label={t`Type “${typed}” to go on`}>
          <Input value={text} onValueChange={setText} autoComplete="off" spellCheck={false} />
        </Field>
      ) : null}
      {error ? <Problem error={error} /> : null}
      <div className="flex justify-end gap-2">
        <Button type="button" onClick={onClose}>{t`Cancel`}</Button>
        <Button type="submit" look={typed ? 'danger' : 'accent'} disabled={text !== typed}>
          {t`${name} (${count})`}
        </Button>
      </div>
    </form>
  )
}

function Undo({ app, job }: Pick<NextProps, 'app' | 'job'>) {
  const { t, i18n } = useLingui()
  const { name } = useOperator()
  const queries = useQueryClient()
  const [progress, setProgress] = useState<Undone>()
  const [error, setError] = useState<unknown>()
  async function undo(): Promise<void> {
    setProgress({ total: job.done, undone: 0, failed: [] })
    await undoJob(app, job, name, setProgress).catch(setError)
    await queries.invalidateQueries({ queryKey: ['rooms'] })
  }
  const undone = i18n.number(progress?.undone ?? 0)
  return (
    <div className="flex flex-col gap-3 border-t border-line pt-4">
      {error ? <Problem error={error} /> : null}
      {progress ? (
        <>
          <Progress
            label={t`Undoing`}
            done={progress.undone + progress.failed.length}
            total={progress.total}
          />
          <p role="status">{t`${undone} put back as they were`}</p>
          <ul className="text-danger">
            {progress.failed.slice(0, 20).map(({ room, reason }) => (
              <li key={room}>
                <span className="font-mono text-xs">{room}</span> {reason}
              </li>
            ))}
          </ul>
        </>
      ) : (
        <div className="flex flex-wrap items-center justify-between gap-2">
          <span className="min-w-0 flex-1 text-dim">
            {job.action === 'remove_members'
              ? t`Undo brings the members back, admins as admins; mutes are still in force. Their places on the allow list, their attributes and when they joined are not put back.`
              : t`Undo puts back what this job changed, room by room.`}
          </span>
          <Button onClick={undo}>{t`Undo`}</Button>
        </div>
      )}
    </div>
  )
}
