import { useQuery } from '@tanstack/react-query'
import { consoleCall } from '../../api/client.ts'

/** What a node says of itself; null where it does not know. */
export interface Node {
  id: string
  node: string
  version: string
  store: string
  store_up: boolean
  uptime_seconds: number
  requests_per_second: number
  errors_per_second: number
  p99_ms: number | null
  messages_in_per_second: number
  messages_out_per_second: number
  dropped_per_second: number
  connections: number | null
  buffered_bytes: number | null
  writer_waiting: number | null
  database_busy: number | null
  database_pool: number | null
  event_loop_lag_ms: number
  memory_bytes: number | null
  log_lines_lost: number | null
  disk: { free_bytes: number; total_bytes: number } | null
  heard_seconds_ago: number
  /** Nothing was heard of it for longer than a node may be silent. */
  is_lost: boolean
}

export interface Sample {
  at: number
  nodes: Node[]
}

const everyMs = 2000

/** Ten minutes. */
const kept = 300

/** What was seen since the console was opened: it goes on while one looks at other pages. */
const samples: Sample[] = []

/** The figures of the nodes, live. */
export function useFigures() {
  return useQuery({
    queryKey: ['overview'],
    async queryFn() {
      const { nodes } = await consoleCall<{ nodes: Node[] }>('GET', 'overview')
      samples.push({ at: Date.now(), nodes })
      if (samples.length > kept) samples.shift()
      return [...samples]
    },
    refetchInterval: everyMs,
    structuralSharing: false,
  })
}
