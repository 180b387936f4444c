import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { Config } from '../../config.ts'
import { configOf, withSettings } from '../command.ts'
import { say } from '../print.ts'
import { readPassword } from '../read-password.ts'
import { withRest } from '../rest.ts'
import type { StartServer } from '../run-server.ts'
import { hostedCalls } from './hosted.ts'
import { mirror } from './mirror.ts'
import { printedReport } from './report.ts'

interface Options {
  clientId: string
  clientSecretFile?: string
  rate: string
  diff?: boolean
  follow?: boolean
  interval: string
  json?: boolean
}

const timeoutMs = 30_000

/** From a file, the environment, the terminal or standard input: other users of the machine see what is on a command line. */
async function secretOf({ clientSecretFile }: Options): Promise<string> {
  const given = clientSecretFile ? readFileSync(clientSecretFile, 'utf8') : process.env.MIRROR_CLIENT_SECRET
  const secret = (given ?? (await readPassword('client secret of the hosted app: '))).trim()
  if (secret === '')
    throw new Error(
      'there is no client secret: put it into MIRROR_CLIENT_SECRET, a file for --client-secret-file, or standard input',
    )
  return secret
}

function numberOf(name: string, text: string, most: number): number {
  const value = Number(text)
  if (!(value > 0 && value <= most)) throw new Error(`--${name} must be a number above 0, at most ${most}`)
  return value
}

function stateFile({ data_dir }: Config, host: string, key: string): string {
  mkdirSync(data_dir, { recursive: true })
  return join(data_dir, `mirror-${`${new URL(host).host}-${key}`.replace(/[^\w.-]/g, '-')}.db`)
}

const aboutPasswords = (key: string, count: number): string =>
  `${count.toLocaleString('en')} users were registered without passwords, which the hosted service does not give away. They log in with tokens ` +
  `that your server asks for (POST /token with "grant_type": "inherit"), or "chatroomd user token '${key}' <user>" ` +
  `issues one; "chatroomd user password '${key}' <user> <password>" gives a user a password.`

/** Adds `mirror`. */
export function mirrorCommand(program: Command, start: StartServer): void {
  withSettings(program.command('mirror').argument('<host>').argument('<org#app>'))
    .description(
      'copy users and chat rooms of an app from the hosted service, https://… as its console shows it, to the app of the same name here',
    )
    .requiredOption('--client-id <id>', 'client id of the app at the hosted service')
    .option('--client-secret-file <file>', 'its secret; else MIRROR_CLIENT_SECRET, or asked for')
    .option(
      '--rate <n>',
      'calls a second to the hosted service, which clients and servers of the app share',
      '20',
    )
    .option('--diff', 'only show what differs; ends with 1 where something does')
    .option('--follow', 'go on until it is stopped, deletions too')
    .option('--interval <seconds>', 'between two passes of --follow', '60')
    .option('--json', 'print JSON lines')
    .action(async (host: string, key: string, options: Options & Record<string, string>) => {
      if (!/^https?:\/\/[^/]/.test(host)) throw new Error('the host must begin with https://')
      const rate = numberOf('rate', options.rate, 1000)
      const interval = numberOf('interval', options.interval, 86_400)
      if (options.diff && options.follow) throw new Error('--diff and --follow exclude each other')
      const config = configOf(options)
      const there = hostedCalls({
        host,
        key,
        clientId: options.clientId,
        clientSecret: await secretOf(options),
        rate,
        timeoutMs,
      })
      const isDiff = options.diff ?? false
      const report = printedReport(options.json ?? false, isDiff)
      const stop = new AbortController()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
      await withRest(
        config,
        key,
        start,
        (here) =>
          mirror({
            there,
            here,
            stateFile: stateFile(config, host, key),
            report,
            isDiff,
            followSeconds: options.follow ? interval : undefined,
            signal: stop.signal,
          }),
        // As server SDKs name themselves: they can change the extension text of a room.
        { 'user-agent': 'chatroomd mirror (ServerSDK)' },
      )
      const { usersRegistered, differences, problems } = report.counts
      if (usersRegistered > 0 && !options.json) say(aboutPasswords(key, usersRegistered))
      if (problems > 0 || (isDiff && differences > 0)) process.exitCode = 1
    })
}
