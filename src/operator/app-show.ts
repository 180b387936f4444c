import type { Command } from 'commander'
import { withoutSecret } from '../domain/app-settings.ts'
import { withAdmin } from './admin.ts'
import { configOf } from './command.ts'
import { fields, json, say, table } from './print.ts'
import { withRest } from './rest.ts'
import { query, rows } from './rest-commands.ts'
import type { StartServer } from './run-server.ts'

interface Options extends Record<string, string | undefined> {
  user?: string
  room?: string
  json?: string
}

/** The settings of an app without those that are secret. */
const shownSettings = (settings: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, withoutSecret(name, value)]))

/** A number as people read it: bytes in the largest unit that leaves few digits. */
function shown(value: unknown, unit: unknown): string {
  if (typeof value !== 'number') return '–'
  if (unit !== 'bytes') return `${value}${unit === 'perSecond' ? '/s' : ''}`
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB']
  let size = value
  let at = 0
  while (size >= 1024 && at < units.length - 1) {
    size /= 1024
    at += 1
  }
  return `${Math.round(size * 10) / 10} ${units[at]}`
}

/** Adds `app show`. */
export function addAppShow(command: Command, start: StartServer): void {
  command
    .argument('<org#app>')
    .description('show an app: its client id, its settings, its quotas and how much of them is used')
    .option('--user <user>', 'with the quotas of a user')
    .option('--room <room>', 'with the quotas of a chat room')
    .option('--json', 'print it as JSON')
    .action(async (key: string, _: unknown, own: Command) => {
      const options: Options = own.optsWithGlobals()
      const config = configOf(own.optsWithGlobals())
      const app = await withAdmin(config, (admin) => admin.showApp(key))
      const settings = shownSettings(app.settings)
      const asked = query({ username: options.user, room: options.room }, 'username', 'room')
      const { data } = await withRest(config, key, start, (call) => call('GET', `/quotas${asked}`))
      if (options.json) return json({ ...app, settings, quotas: data as object })
      fields({ app: app.key, 'client id': app.clientId, 'app id': app.appId })
      if (app.previousSecretUntil !== null)
        fields({ 'previous secret': `good until ${new Date(app.previousSecretUntil).toISOString()}` })
      say('')
      fields(Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, value ?? 'none'])))
      say('')
      const shownRows = rows(data).map(({ of, quota, unit, ...counts }) => ({
        of,
        quota,
        limit: counts.limit === null ? 'none' : shown(counts.limit, unit),
        used: shown(counts.used, unit),
        left: shown(counts.left, unit),
      }))
      table(['of', 'quota', 'limit', 'used', 'left'], shownRows)
    })
}
