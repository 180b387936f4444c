import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { ScrollText } from 'lucide-react'
import { consoleCall } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { Select } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { SearchBox } from '../../ui/search-box.tsx'
import { Badge, Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Column, DataTable } from '../../ui/table.tsx'
import { Time } from '../../ui/time.tsx'

interface LogLine {
  level: string
  time: number
  msg: string
  [field: string]: unknown
}

/** What is the same on every line. */
const usual = new Set(['level', 'time', 'msg', 'pid', 'hostname'])

/** Levels, the most severe first. */
const levels = ['error', 'warn', 'info', 'debug']
const tones = { error: 'danger', warn: 'warn' } as const

function fieldsOf(line: LogLine): string {
  return Object.entries(line)
    .filter(([name]) => !usual.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
}

/** The log of the last hour, the latest first. */
export function Log() {
  const { t } = useLingui()
  const [search] = useParam('q')
  const [level, setLevel] = useParam('level')
  const { data, error, refetch, isFetching } = useQuery({
    queryKey: ['log'],
    queryFn: async () => (await consoleCall<{ lines: LogLine[] }>('GET', 'logs')).lines,
  })
  const lines = data
    ?.map((line, index) => ({ line, index, text: `${line.msg} ${fieldsOf(line)}` }))
    .filter(
      ({ line, text }) =>
        (level === '' || levels.indexOf(line.level) <= levels.indexOf(level)) &&
        text.toLowerCase().includes(search.toLowerCase()),
    )
    .reverse()
  const columns: Column<{ line: LogLine; index: number }>[] = [
    {
      id: 'time',
      title: t`Time`,
      className: 'text-dim',
      cell: ({ line }) => <Time at={line.time} short />,
    },
    {
      id: 'level',
      title: t`Level`,
      cell: ({ line }) => {
        const tone = tones[line.level as keyof typeof tones] ?? 'plain'
        return <Badge tone={tone}>{line.level}</Badge>
      },
    },
    {
      id: 'text',
      title: t`Line`,
      className: 'max-w-0 w-full',
      cell: ({ line }) => (
        <span className="block truncate" title={fieldsOf(line)}>
          {line.msg} <span className="font-mono text-xs text-dim">{fieldsOf(line)}</span>
        </span>
      ),
    },
  ]
  return (
    <Page
      isFull
      title={t`Log`}
      actions={
        <>
          <Select
            bare
            label={t`Level`}
            value={level}
            onChange={setLevel}
            options={[
              ['', t`All levels`],
              ['warn', t`Warnings and errors`],
              ['error', t`Errors`],
            ]}
          />
          <SearchBox label={t`Find in the log`} />
          <Button onClick={() => refetch()} disabled={isFetching}>{t`Read again`}</Button>
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col rounded-lg border border-line bg-panel">
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {lines || error ? null : <Loading rows={10} />}
        {lines ? (
          <DataTable
            label={t`Log`}
            rows={lines}
            columns={columns}
            idOf={({ index }) => String(index)}
            empty={
              <Empty icon={ScrollText} title={t`No such line in the last hour.`}>
                {t`Older lines are where the log of the process goes.`}
              </Empty>
            }
          />
        ) : null}
      </div>
    </Page>
  )
}
