import type { AppPath } from '../../api/client.ts'
import { type BulkAction, bulkActions, type Target } from './bulk.ts'
import { BulkForm } from './bulk-form.tsx'
import { CreateRoom } from './create-room.tsx'
import { Dissolved } from './dissolved.tsx'
import { JobDialog } from './job-dialog.tsx'
import { Jobs } from './jobs.tsx'

interface Props {
  app: AppPath
  open: '' | 'create' | 'dissolved' | 'jobs' | BulkAction
  /** The job that is looked at. */
  job: string
  target: Target
  onClose(): void
  onJob(id: string): void
}

/** Whatever stands above the list of rooms. */
export function RoomDialogs({ app, open, job, target, onClose, onJob }: Props) {
  const action = bulkActions.find((each) => each === open)
  return (
    <>
      <CreateRoom app={app} open={open === 'create'} onClose={onClose} />
      {open === 'dissolved' ? <Dissolved app={app} onClose={onClose} /> : null}
      {open === 'jobs' ? <Jobs app={app} onClose={onClose} onJob={onJob} /> : null}
      {action ? (
        <BulkForm app={app} action={action} target={target} onClose={onClose} onBegun={onJob} />
      ) : null}
      {job ? <JobDialog app={app} id={job} onClose={() => onJob('')} onJob={onJob} /> : null}
    </>
  )
}
