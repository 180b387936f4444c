/** What a node does and holds, in numbers, as the console shows it; null where it does not know. */
export interface NodeFigures {
  /** Identifies the process: a restart gives it another id. */
  id: string
  /** Host and port. */
  node: string
  version: string
  store: 'sqlite' | 'postgres'
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
  /** Of the embedded store: operations that wait for the next commit. */
  writer_waiting: number | null
  /** Of PostgreSQL: statements and transactions under way or waiting, and connections for them. */
  database_busy: number | null
  database_pool: number | null
  /** At worst in the last five to ten seconds. */
  event_loop_lag_ms: number
  memory_bytes: number | null
  log_lines_lost: number | null
  disk: { free_bytes: number; total_bytes: number } | null
}

/** The figures of a node, and for how long nothing newer has come of it. */
export type HeardFigures = NodeFigures & { heard_seconds_ago: number; is_lost: boolean }
