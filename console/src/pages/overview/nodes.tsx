import { useLingui } from '@lingui/react/macro'
import type { ReactNode } from 'react'
import { Card } from '../../ui/page.tsx'
import { Badge } from '../../ui/states.tsx'
import type { Node } from './figures.ts'
import { useBytes, useDuration } from './units.ts'

/** From here on a loop that is late is felt by users. */
const lateMs = 200

function Fact({ name, isBad, children }: { name: string; isBad?: boolean; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-dim">{name}</dt>
      <dd className={`numbers ${isBad ? 'font-medium text-danger' : ''}`}>{children}</dd>
    </div>
  )
}

function Health({ node }: { node: Node }) {
  const { t } = useLingui()
  const duration = useDuration()
  if (node.is_lost)
    return <Badge tone="danger">{t`not heard of for ${duration(node.heard_seconds_ago)}`}</Badge>
  if (!node.store_up) return <Badge tone="danger">{t`the store does not respond`}</Badge>
  if (node.event_loop_lag_ms > lateMs) return <Badge tone="warn">{t`busy`}</Badge>
  return <Badge tone="good">{t`healthy`}</Badge>
}

/** Every node of the server, and how it does. */
export function Nodes({ nodes }: { nodes: Node[] }) {
  const { t, i18n } = useLingui()
  const bytes = useBytes()
  const duration = useDuration()
  const figure = (value: number | null): string =>
    value === null ? '–' : i18n.number(value, { maximumFractionDigits: value < 10 ? 2 : 0 })
  return (
    <Card title={t`Nodes`}>
      <ul>
        {nodes.map((node) => {
          const { disk, database_busy: busy, database_pool: pool } = node
          const isFull = disk !== null && disk.free_bytes < disk.total_bytes * 0.1
          return (
            <li key={node.id} className="border-t border-line px-4 py-3 first:border-0">
              <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1">
                <span className="font-medium break-all">{node.node}</span>
                <Health node={node} />
                <span className="text-dim">
                  {node.version} · {node.store} · {t`up for ${duration(node.uptime_seconds)}`}
                </span>
              </div>
              <dl
                className={`grid grid-cols-2 gap-x-4 gap-y-2 sm:grid-cols-4 lg:grid-cols-8 ${node.is_lost ? 'text-dim' : ''}`}
              >
                <Fact name={t`Requests / s`}>{figure(node.requests_per_second)}</Fact>
                <Fact name={t`In / out per s`}>
                  {figure(node.messages_in_per_second)} / {figure(node.messages_out_per_second)}
                </Fact>
                <Fact name={t`Dropped / s`} isBad={node.dropped_per_second > 0}>
                  {figure(node.dropped_per_second)}
                </Fact>
                <Fact name={t`Connections`}>{figure(node.connections)}</Fact>
                <Fact name={t`Event loop lag`} isBad={node.event_loop_lag_ms > lateMs}>
                  {figure(node.event_loop_lag_ms)} ms
                </Fact>
                {pool === null ? (
                  <Fact name={t`Waiting writes`}>{figure(node.writer_waiting)}</Fact>
                ) : (
                  <Fact name={t`Database pool`} isBad={(busy ?? 0) > pool}>
                    {figure(busy)} / {figure(pool)}
                  </Fact>
                )}
                <Fact name={t`Memory`}>{bytes(node.memory_bytes ?? 0)}</Fact>
                <Fact name={t`Disk free`} isBad={isFull}>
                  {disk ? bytes(disk.free_bytes) : '–'}
                </Fact>
              </dl>
              {node.log_lines_lost ? (
                <p className="mt-2 text-warn">{t`${i18n.number(node.log_lines_lost)} log lines lost`}</p>
              ) : null}
            </li>
          )
        })}
      </ul>
    </Card>
  )
}
