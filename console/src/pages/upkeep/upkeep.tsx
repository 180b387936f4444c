import { useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Archive, FileJson, type LucideIcon, Stethoscope } from 'lucide-react'
import { Button } from '../../ui/button.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Loading, Problem } from '../../ui/states.tsx'
import { tellProblem } from '../../ui/toast.tsx'
import { begin, remove, type UpkeepJob, upkeepKey, upkeepQuery } from './job.ts'
import { JobState } from './job-state.tsx'

interface Kind {
  kind: UpkeepJob['kind']
  icon: LucideIcon
  title: string
  says: string
  after: string
  action: string
}

function useKinds(): Kind[] {
  const { t } = useLingui()
  return [
    {
      kind: 'backup',
      icon: Archive,
      title: t`Backup`,
      says: t`The embedded store as it is at one moment, with attachments and history; every page of the copy is read back before you get it.`,
      after: t`Unpack it with tar, and bring it back with “chatroomd restore”. With PostgreSQL use its own tools, such as pg_dump.`,
      action: t`Make a backup`,
    },
    {
      kind: 'export',
      icon: FileJson,
      title: t`Export`,
      says: t`Everything but the history and attachments as JSON lines with checksums: to move to PostgreSQL, or to read it with your own tools.`,
      after: t`Bring it into an empty store with “chatroomd import”.`,
      action: t`Make an export`,
    },
    {
      kind: 'doctor',
      icon: Stethoscope,
      title: t`Doctor`,
      says: t`Checks all that is stored: counts, references, indexes and files, while the server goes on. It changes nothing.`,
      after: t`“chatroomd doctor --repair” mends what can be.`,
      action: t`Examine the store`,
    },
  ]
}

/** Backup, export and doctor: one at a time, by a process of its own on the server. */
export function Upkeep() {
  const { t } = useLingui()
  const queries = useQueryClient()
  const kinds = useKinds()
  const { data: job, error, refetch } = useQuery(upkeepQuery)

  async function run(call: Promise<unknown>): Promise<void> {
    await call.catch(tellProblem)
    await queries.invalidateQueries({ queryKey: upkeepKey })
  }

  return (
    <Page
      title={t`Maintenance`}
      lead={t`One at a time; the server goes on. A copy can be downloaded for an hour, holds every secret, and stays on this server’s disk until then.`}
    >
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {job === undefined && !error ? <Loading rows={6} /> : null}
      {job === undefined
        ? null
        : kinds.map(({ kind, icon: Icon, title, says, after, action }) => (
            <Card key={kind}>
              <div className="flex flex-wrap items-start gap-x-4 gap-y-3 p-4">
                <span className="rounded-lg bg-accent-soft p-2 text-accent max-sm:hidden">
                  <Icon size={20} aria-hidden="true" />
                </span>
                <div className="min-w-56 flex-1">
                  <h2 className="font-semibold">{title}</h2>
                  <p className="max-w-prose">{says}</p>
                  <p className="max-w-prose text-dim">{after}</p>
                </div>
                <Button disabled={job?.state === 'running'} onClick={() => run(begin(kind))}>
                  {action}
                </Button>
              </div>
              {job?.kind === kind ? <JobState job={job} onRemove={() => run(remove())} /> : null}
            </Card>
          ))}
    </Page>
  )
}
