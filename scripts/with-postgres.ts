/**
 * Runs a command with a PostgreSQL server of its own, whose address it finds in TEST_DATABASE_URL:
 * `bun scripts/with-postgres.ts bun test`. The server is gone afterwards.
 */
import { startPostgres } from '../test/support/postgres.ts'

const postgres = await startPostgres(['max_connections=500', 'deadlock_timeout=100ms'])
try {
  const command = Bun.spawn(process.argv.slice(2), {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, TEST_DATABASE_URL: postgres.url('postgres') },
  })
  process.on('SIGINT', () => command.kill())
  process.on('SIGTERM', () => command.kill())
  process.exitCode = await command.exited
} finally {
  await postgres.remove()
}
