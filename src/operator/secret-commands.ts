import type { Command } from 'commander'
import type { NewSecret } from '../operations/apps/app-secrets.ts'
import { admin, withSettings } from './command.ts'
import { say } from './print.ts'

const unitMs: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** `24h` in ms. */
function durationOf(text: string): number {
  const [, count = '', unit = ''] = /^(\d{1,7})([smhd])$/.exec(text) ?? []
  if (unit === '') throw new Error(`"${text}" is not a time such as 90s, 30m, 24h or 7d`)
  return Number(count) * (unitMs[unit] ?? 0)
}

export function showCredentials(clientId: string, clientSecret: string): void {
  say(`client id      ${clientId}`)
  say(`client secret  ${clientSecret}`)
  say('The secret is shown this once: keep it.')
}

function showRotated({
  client_id: id,
  client_secret: secret,
  previous_secret_until: until,
}: NewSecret): void {
  showCredentials(id, secret)
  if (until !== null)
    say(
      `The previous secret and its tokens are good until ${new Date(until).toISOString()}; "app drop-secret" ends them.`,
    )
}

/** Adds `app rotate-secret` and `app drop-secret`. */
export function addSecretCommands(app: Command): void {
  withSettings(app.command('rotate-secret').argument('<org#app>'))
    .description(
      'give an app a new secret; the old one and all its tokens end at once, or with --overlap later',
    )
    .option(
      '--overlap <time>',
      'how long the old secret and its tokens stay good beside it: 90s, 30m, 24h, 7d',
    )
    .action(async (key: string, options: { overlap?: string }, command: Command) => {
      const overlapMs = options.overlap === undefined ? 0 : durationOf(options.overlap)
      await admin(async (remote, key: string) => showRotated(await remote.rotateSecret(key, overlapMs)))(
        key,
        {},
        command,
      )
    })
  withSettings(app.command('drop-secret').argument('<org#app>'))
    .description('end the previous secret of an app, and its tokens, before its time')
    .action(
      admin(async (remote, key: string) => {
        await remote.dropSecret(key)
        say('The previous secret and its tokens have ended.')
      }),
    )
}
