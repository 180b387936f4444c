import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { ListChecks } from 'lucide-react'
import type { AppPath } from '../../api/client.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import { jobsQuery, useActionNames } from './bulk.ts'

interface Props {
  app: AppPath
  onClose(): void
  onJob(id: string): void
}

/** What was done to many rooms lately, and is being done. */
export function Jobs({ app, onClose, onJob }: Props) {
  const { t, i18n } = useLingui()
  const names = useActionNames()
  const { data: jobs, error, refetch } = useQuery(jobsQuery(app))
  return (
    <Dialog wide open onClose={onClose} title={t`Bulk jobs`}>
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {jobs || error ? null : <Loading rows={3} />}
      {jobs?.length === 0 ? (
        <Empty icon={ListChecks} title={t`No bulk job in the last week.`}>
          {t`Select chat rooms in the list, then choose what to do to them.`}
        </Empty>
      ) : null}
      <ul>
        {jobs?.map((job) => {
          const [done, total] = [i18n.number(job.done), i18n.number(job.total)]
          return (
            <li key={job.id} className="border-t border-line first:border-0">
              <button
                type="button"
                onClick={() => onJob(job.id)}
                className="flex w-full flex-wrap items-center gap-x-3 rounded-md px-2 py-2 text-left hover:bg-raised"
              >
                <span className="font-medium">{names[job.action] ?? job.action}</span>
                {job.dry_run ? <Badge>{t`tried out`}</Badge> : null}
                {job.ended === undefined ? <Badge tone="accent">{t`running`}</Badge> : null}
                {job.state === 'failed' ? <Badge tone="danger">{t`failed`}</Badge> : null}
                {job.state === 'stopped' ? <Badge tone="warn">{t`stopped`}</Badge> : null}
                <span className="flex-1 text-dim">{t`${done} of ${total}`}</span>
                <span className="text-xs text-dim">
                  <Time at={job.created} short />
                </span>
              </button>
            </li>
          )
        })}
      </ul>
    </Dialog>
  )
}
