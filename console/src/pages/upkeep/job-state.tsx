import { useLingui } from '@lingui/react/macro'
import { CircleCheck, Download, LoaderCircle } from 'lucide-react'
import { Button, buttonClass } from '../../ui/button.tsx'
import { Badge } from '../../ui/states.tsx'
import { Time } from '../../ui/time.tsx'
import type { Check, UpkeepJob } from './job.ts'

const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

function useSize(): (bytes: number) => string {
  const { i18n } = useLingui()
  return (bytes) => {
    const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
    const unit = units[step] ?? 'byte'
    return i18n.number(bytes / 1000 ** step, { style: 'unit', unit, maximumFractionDigits: 1 })
  }
}

/** How far it is, and what came of it. */
export function JobState({ job, onRemove }: { job: UpkeepJob; onRemove(): void }) {
  const { t } = useLingui()
  const sizeOf = useSize()
  const { operator, state, error, file, bytes = 0, findings } = job
  return (
    <div className="border-t border-line px-4 py-3">
      <div role="status" className="flex flex-wrap items-center gap-x-3 gap-y-2">
        {state === 'running' ? (
          <>
            <LoaderCircle size={16} aria-hidden="true" className="animate-spin text-accent" />
            <span>{t`Running…`}</span>
          </>
        ) : null}
        {state === 'failed' ? <Badge tone="danger">{t`failed`}</Badge> : null}
        {state === 'done' && file ? (
          <a href="/console/api/upkeep/file" download={file} className={buttonClass('accent')}>
            <Download size={16} aria-hidden="true" />
            {t`Download`}
          </a>
        ) : null}
        {file ? (
          <span className="min-w-0 break-all">
            <span className="font-mono text-xs">{file}</span>{' '}
            <span className="text-dim">{sizeOf(bytes)}</span>
          </span>
        ) : null}
        <span className="flex-1 text-dim">
          <Time at={job.ended ?? job.started} short /> · {t`by ${operator}`}
        </span>
        {findings ? null : (
          <Button size="small" onClick={onRemove}>
            {state === 'running' ? t`Stop` : t`Remove`}
          </Button>
        )}
      </div>
      {error ? (
        <p className="mt-2 font-mono text-xs break-words whitespace-pre-wrap text-danger">{error}</p>
      ) : null}
      {findings ? <Findings checks={findings.checks} isSound={findings.sound} /> : null}
    </div>
  )
}

function Findings({ checks, isSound }: { checks: Check[]; isSound: boolean }) {
  const { t, i18n } = useLingui()
  const count = i18n.number(checks.length)
  return (
    <>
      <p className={`mt-2 flex items-center gap-2 font-medium ${isSound ? 'text-good' : 'text-danger'}`}>
        {isSound ? <CircleCheck size={16} aria-hidden="true" /> : null}
        {isSound ? t`The store is sound. Checks: ${count}.` : t`Something is wrong in the store.`}
      </p>
      <ul className="mt-2">
        {checks
          .toSorted((a, b) => b.found - a.found)
          .map(({ check, meaning, found, examples }) => (
            <li key={check} className="border-t border-line py-1.5">
              <div className="flex items-baseline gap-3">
                <span className="min-w-0 flex-1 font-mono text-xs break-all">{check}</span>
                <Badge tone={found > 0 ? 'danger' : 'good'}>
                  {found > 0 ? i18n.number(found) : t`in order`}
                </Badge>
              </div>
              {found > 0 ? (
                <>
                  <p className="max-w-prose">{i18n.locale === 'zh-CN' ? meaning.zh : meaning.en}</p>
                  {examples.map((key) => (
                    <div key={JSON.stringify(key)} className="font-mono text-xs break-all text-dim">
                      {key.join(' ')}
                    </div>
                  ))}
                </>
              ) : null}
            </li>
          ))}
      </ul>
    </>
  )
}
