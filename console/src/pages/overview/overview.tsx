import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { AppWindow } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { Link } from 'wouter'
import { appsQuery, linkOf, pathOf } from '../../api/app.ts'
import { Chart, type Series } from '../../ui/chart.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { Empty, Loading, Problem } from '../../ui/states.tsx'
import { type Node, type Sample, useFigures } from './figures.ts'
import { Nodes } from './nodes.tsx'

/** Of the nodes that are there: what one did before it was lost is no figure of now. */
const there = (nodes: readonly Node[]): Node[] => nodes.filter(({ is_lost }) => !is_lost)

const total = (nodes: readonly Node[], of: (node: Node) => number | null): number =>
  there(nodes).reduce((sum, node) => sum + (of(node) ?? 0), 0)

const worst = (nodes: readonly Node[], of: (node: Node) => number | null): number | null => {
  const known = there(nodes)
    .map(of)
    .filter((value) => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** How the server does, now and in the last minutes. */
export function Overview() {
  const { t, i18n } = useLingui()
  const { data: samples, error, refetch } = useFigures()
  const last = samples?.at(-1)
  return (
    <Page title={t`Overview`}>
      {error ? <Problem error={error} onRetry={refetch} /> : null}
      {samples && last ? <Charts samples={samples} last={last} /> : error ? null : <Loading rows={12} />}
      {last ? <Nodes nodes={last.nodes} /> : null}
      <AppList />
      <p className="flex flex-wrap gap-x-4 text-xs text-dim">
        <span>chatroomd {last?.nodes[0]?.version} · Apache-2.0</span>
        <a href="/console/licenses.md" target="_blank" rel="noreferrer" className="underline">
          {t`Licences of the server and the console`}
        </a>
        <a href={i18n.locale === 'zh-CN' ? '/docs?lang=zh' : '/docs'} className="underline">
          {t`API reference`}
        </a>
      </p>
    </Page>
  )
}

function Charts({ samples, last }: { samples: Sample[]; last: Sample }) {
  const { t, i18n } = useLingui()
  const times = useMemo(() => samples.map(({ at }) => at), [samples])
  const line = (title: string, colour: Series['colour'], of: (node: Node) => number | null): Series => ({
    title,
    colour,
    values: samples.map(({ nodes }) => total(nodes, of)),
  })
  const figure = (value: number | null): string =>
    value === null ? '–' : i18n.number(value, { maximumFractionDigits: value < 10 ? 2 : 0 })
  const { nodes } = last
  return (
    <div className="grid gap-4 md:grid-cols-2">
      <Figure
        title={t`Requests per second`}
        value={figure(total(nodes, (node) => node.requests_per_second))}
        aside={
          <>
            {t`p99`} {figure(worst(nodes, (node) => node.p99_ms))} ms · {t`errors`}{' '}
            {figure(total(nodes, (node) => node.errors_per_second))}
          </>
        }
      >
        <Chart
          label={t`Requests and errors per second`}
          times={times}
          series={[
            line(t`Requests`, 'accent', (node) => node.requests_per_second),
            line(t`Errors`, 'danger', (node) => node.errors_per_second),
          ]}
        />
      </Figure>
      <Figure
        title={t`Messages in per second`}
        value={figure(total(nodes, (node) => node.messages_in_per_second))}
        aside={
          <>
            {t`out`} {figure(total(nodes, (node) => node.messages_out_per_second))} · {t`dropped`}{' '}
            {figure(total(nodes, (node) => node.dropped_per_second))}
          </>
        }
      >
        <Chart
          label={t`Messages in, out and dropped per second`}
          times={times}
          series={[
            line(t`In`, 'good', (node) => node.messages_in_per_second),
            line(t`Out`, 'accent', (node) => node.messages_out_per_second),
            line(t`Dropped`, 'danger', (node) => node.dropped_per_second),
          ]}
        />
      </Figure>
      <Figure title={t`Connections`} value={figure(total(nodes, (node) => node.connections))}>
        <Chart
          label={t`Connections`}
          times={times}
          series={[line(t`Connections`, 'accent', (node) => node.connections)]}
        />
      </Figure>
      <Figure
        title={t`Event loop lag`}
        value={`${figure(worst(nodes, (node) => node.event_loop_lag_ms))} ms`}
        aside={
          nodes.some((node) => node.database_pool !== null) ? (
            <>
              {t`database pool`} {figure(total(nodes, (node) => node.database_busy))} /{' '}
              {figure(total(nodes, (node) => node.database_pool))}
            </>
          ) : (
            <>
              {t`waiting writes`} {figure(total(nodes, (node) => node.writer_waiting))}
            </>
          )
        }
      >
        <Chart
          label={t`Event loop lag in milliseconds`}
          times={times}
          series={[line(t`Lag`, 'warn', (node) => node.event_loop_lag_ms)]}
        />
      </Figure>
    </div>
  )
}

interface FigureProps {
  title: string
  value: string
  aside?: ReactNode
  children: ReactNode
}

function Figure({ title, value, aside, children }: FigureProps) {
  return (
    <section className="min-w-0 rounded-lg border border-line bg-panel px-4 pt-3 pb-2">
      <h2 className="text-[13px] text-dim">{title}</h2>
      <div className="numbers mb-1 flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="text-2xl font-semibold">{value}</span>
        <span className="text-[13px] text-dim">{aside}</span>
      </div>
      {children}
    </section>
  )
}

function AppList() {
  const { t, i18n } = useLingui()
  const { data: apps } = useQuery(appsQuery)
  if (!apps) return null
  return (
    <Card title={t`Apps`}>
      {apps.length === 0 ? (
        <Empty icon={AppWindow} title={t`There is no app yet.`}>
          <Link href="/apps" className="text-accent underline">{t`Create the first one`}</Link>
        </Empty>
      ) : (
        <ul>
          {apps.map(({ key, rooms, users }) => (
            <li key={key} className="flex flex-wrap gap-x-5 border-t border-line px-4 py-2.5 first:border-0">
              <Link href={linkOf(pathOf(key), 'rooms')} className="font-medium text-accent hover:underline">
                {key}
              </Link>
              <span className="text-dim">{t`${i18n.number(rooms)} chat rooms`}</span>
              <span className="text-dim">{t`${i18n.number(users)} users`}</span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  )
}
