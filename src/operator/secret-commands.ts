import type { Command } from 'commander'
import { dayMs, hourMs, minuteMs } from '../domain/time.ts'
import type { NewSecret } from '../operations/apps/app-secrets.ts'
import { ofAdmin, showing, withSettings } from './command.ts'

const unitMs: Record<string, number> = { s: 1000, m: minuteMs, h: hourMs, d: dayMs }

/** `24h` in ms. */
function durationOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? []
  if (unit === '') throw new Error(`"${text}" is not a time such as 90s, 30m, 24h or 7d`)
  return Number(count) * (unitMs[unit] ?? 0)
}

export const credentialsLines = (clientId: string, clientSecret: string): string[] => [
  `client id      ${clientId}`,
  `client secret  ${clientSecret}`,
  'The secret is shown this once: keep it.',
]

function rotatedLines({
  client_id: id,
  client_secret: secret,
  previous_secret_until: until,
}: NewSecret): string[] {
  const previous = until === null ? '' : new Date(until).toISOString()
  return [
    ...credentialsLines(id, secret),
    ...(previous === ''
      ? []
      : [`The previous secret and its tokens are good until ${previous}; "app drop-secret" ends them.`]),
  ]
}

/** Adds `app rotate-secret` and `app drop-secret`. */
export function addSecretCommands(app: Command): void {
  showing<[string]>(
    withSettings(app.command('rotate-secret').argument('<org#app>'))
      .description(
        'give an app a new secret; the old one and all its tokens end at once, or with --overlap later',
      )
      .option(
        '--overlap <time>',
        'how long the old secret and its tokens stay good beside it: 90s, 30m, 24h, 7d',
      ),
    async (key, options) => {
      const overlapMs = options.overlap === undefined ? 0 : durationOf(options.overlap)
      const value = await ofAdmin(options, (remote) => remote.rotateSecret(key, overlapMs))
      return { lines: rotatedLines(value), value }
    },
  )
  showing<[string]>(
    withSettings(app.command('drop-secret').argument('<org#app>')).description(
      'end the previous secret of an app, and its tokens, before its time',
    ),
    async (key, options) => {
      await ofAdmin(options, (remote) => remote.dropSecret(key))
      return {
        lines: ['The previous secret and its tokens have ended.'],
        value: { app: key, previous_secret_until: null },
      }
    },
  )
}
