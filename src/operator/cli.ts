import { Command } from 'commander'
import pkg from '../../package.json' with { type: 'json' }
import { configFile, isSecret, settingNames } from '../config.ts'
import { appSettings, readAppSettings, withoutSecret } from '../domain/app-settings.ts'
import { addAppShow } from './app-show.ts'
import { backUp } from './backup.ts'
import { bulkCommands } from './bulk-commands.ts'
import { callbackCommands } from './callback-commands.ts'
import { configOf, ofAdmin, settingsOf, showing, withSettings } from './command.ts'
import { addAppDelete } from './delete-app.ts'
import { doctor } from './doctor/doctor.ts'
import { checkHealth } from './health.ts'
import { mirrorCommand } from './mirror/mirror-command.ts'
import { exportStore, importStore } from './move-commands.ts'
import { operatorCommands } from './operator-commands.ts'
import { say, tableLines } from './print.ts'
import { withRest } from './rest.ts'
import { addRestCommands, roomAndUserCommands } from './rest-commands.ts'
import { restore } from './restore.ts'
import { roomListCommands } from './room-list-commands.ts'
import { runServer, type StartServer } from './run-server.ts'
import { addSecretCommands, credentialsLines } from './secret-commands.ts'
import { topCommand } from './top.ts'
import { isTraced } from './trace-settings.ts'

const backedUp = (file: string, { attachments, hasHistory }: Awaited<ReturnType<typeof backUp>>): string =>
  `backed up to ${file} and verified; attachments in ${file}.files: ${attachments}${hasHistory ? `; history in ${file}.messages` : ''}`

const widest = (texts: string[]): number => Math.max(...texts.map((text) => text.length))

/** Reads the configuration without serving, and shows what is given and where. */
function checkConfig(options: Record<string, string>): void {
  const { given } = settingsOf(options, say)
  isTraced(process.env)
  say(`The configuration is right. Its file: ${configFile(options.config, process.env) || 'none'}`)
  const width = widest([...settingNames])
  for (const name of settingNames) {
    const { text, where } = given[name]
    if (where !== name) say(`  ${name.padEnd(width)} ${isSecret(name) ? '(set)' : text}  (${where})`)
  }
}

const shownSetting = (name: string, value: unknown): string => String(withoutSecret(name, value) ?? 'none')

function settingsOfApps(): string {
  const pairs = Object.entries(appSettings).map(([name, { default: text, en }]) => ({
    pair: `${name}=${text}`,
    en,
  }))
  const width = widest(pairs.map(({ pair }) => pair))
  const lines = pairs.map(({ pair, en }) => `  ${pair.padEnd(width)}  ${en}`)
  return `\nSettings, and what a new app has:\n${lines.join('\n')}`
}

/** Set by `npm run build`. */
declare const BUILD_COMMIT: string | undefined

const commit = typeof BUILD_COMMIT === 'undefined' ? null : BUILD_COMMIT
const built = commit === null ? '' : `commit ${commit}, `
const version = `chatroomd ${pkg.version} (${built}Bun ${Bun.version})`

const withoutSecrets = (all: object): object =>
  Object.fromEntries(Object.entries(all).map(([name, value]) => [name, withoutSecret(name, value)]))

function addAppCommands(program: Command, start: StartServer): void {
  const app = program
    .command('app')
    .description('apps: create, list, show, set, delete, rotate-secret, drop-secret')
  showing<[string]>(
    withSettings(app.command('create').argument('<org#app>')).description(
      'create an app and show its credentials',
    ),
    async (key, options) => {
      const value = await ofAdmin(options, (remote) => remote.createApp({ key }))
      return { lines: credentialsLines(value.clientId, value.clientSecret), value: { key, ...value } }
    },
  )
  showing<[]>(
    withSettings(app.command('list')).description('list apps, their client ids, app ids and settings'),
    async (options) => {
      const value = await ofAdmin(options, (remote) => remote.listApps())
      const rows = value.map(({ key, clientId, appId, settings: set }) => {
        const own = Object.entries(set).map(([name, each]) => `${name}=${shownSetting(name, each)}`)
        return { app: key, 'client id': clientId, 'app id': appId, settings: own.join(' ') }
      })
      const lines = tableLines(['app', 'client id', 'app id', 'settings'], rows)
      return { lines, value: value.map((each) => ({ ...each, settings: withoutSecrets(each.settings) })) }
    },
  )
  addAppShow(withSettings(app.command('show')), start)
  addAppDelete(withSettings(app.command('delete')))
  showing<[string, string[]]>(
    withSettings(app.command('set').argument('<org#app>').argument('<name=value...>'))
      .description('change settings of an app, at once; those not named stay')
      .addHelpText('after', settingsOfApps),
    async (key, pairs, options) => {
      const set = await ofAdmin(options, (remote) => remote.changeApp(key, readAppSettings(pairs)))
      const width = widest(Object.keys(set))
      const lines = Object.entries(set).map(
        ([name, value]) => `${name.padEnd(width)}  ${shownSetting(name, value)}`,
      )
      return { lines, value: { key, settings: withoutSecrets(set) } }
    },
  )
  addSecretCommands(app)
}

/** Commands that copy the whole store. */
function addStoreCommands(program: Command): void {
  showing<[string]>(
    withSettings(program.command('backup').argument('<file>')).description(
      'copy the embedded store to a file, its attachments to <file>.files and the history to <file>.messages, also while a server serves it',
    ),
    async (file, options) => {
      const copied = await backUp(configOf(options), file)
      return { lines: [backedUp(file, copied)], value: { file, ...copied } }
    },
  )
  showing<[string]>(
    withSettings(program.command('restore').argument('<file>')).description(
      'bring a backup into an empty data directory, whose server is stopped, and verify it',
    ),
    async (file, options) => {
      const value = await restore(configOf(options), file)
      const history = value.hasHistory ? '; with the history' : ''
      return { lines: [`restored and verified; attachments: ${value.attachments}${history}`], value }
    },
  )
  showing<[string]>(
    withSettings(program.command('export').argument('<file>')).description(
      'write everything that the store holds, but the history, to a file, also while a server serves it',
    ),
    async (file, options) => {
      const rows = await exportStore(configOf(options), file)
      return { lines: [`exported ${rows} rows to ${file}`], value: { file, rows } }
    },
  )
  showing<[string]>(
    withSettings(program.command('import').argument('<file>')).description(
      'bring an export into an empty store; an import that was interrupted goes on where it was',
    ),
    async (file, options) => {
      const rows = await importStore(configOf(options), file)
      return { lines: [`imported and compared ${rows} rows`], value: { file, rows } }
    },
  )
}

function addUserCommands(user: Command): void {
  showing<[string, string, string | undefined]>(
    withSettings(
      user.command('create').argument('<org#app>').argument('<username>').argument('[password]'),
    ).description('register a user'),
    async (key, given, password, options) => {
      const username = await ofAdmin(options, (remote) => remote.createUser(key, given, password))
      return { lines: [`registered ${username}`], value: { username } }
    },
  )
  showing<[string]>(
    withSettings(user.command('list').argument('<org#app>')).description(
      'list the users of an app, the oldest first',
    ),
    async (key, options) => {
      const lines = await ofAdmin(options, (remote) => remote.listUsers(key))
      return { lines, value: lines.map((username) => ({ username })) }
    },
  )
}

/** Commands that call the REST API: users, chat rooms, bulk jobs, callbacks. */
function addCallingCommands(program: Command, start: StartServer): void {
  const user = program
    .command('user')
    .description('users of an app: create, list, show, kick, delete, password, token')
  addUserCommands(user)
  const room = program
    .command('room')
    .description(
      'chat rooms of an app: list, show, members, kick, mute, unmute, dissolve, deleted, restore, lifecycle, endings, send, why',
    )
  const bulk = program
    .command('bulk')
    .description('one thing done to many chat rooms: run, confirm, list, watch, rooms, stop')
  const callback = program
    .command('callback')
    .description(
      'callback rules of an app: list, add, change, remove, deliveries, retry, replay, secret rotate, secret drop',
    )
  const secret = callback.command('secret').description('secrets of a callback rule: rotate, drop')
  addRestCommands(
    [...roomListCommands, ...roomAndUserCommands, ...callbackCommands, ...bulkCommands],
    { room, user, bulk, callback, 'callback secret': secret },
    withSettings,
    (options, key, work) => withRest(configOf(options), key, start, work),
  )
}

function addTokenCommand(program: Command): void {
  showing<[string, string]>(
    withSettings(
      program
        .command('token')
        .argument('<org#app>')
        .argument('[seconds]', 'lifetime; 0 = for ever', '5184000'),
    ).description('issue an app token'),
    async (key, seconds, options) => {
      if (!/^\d{1,10}$/.test(seconds)) throw new Error('seconds must be a whole number')
      const token = await ofAdmin(options, (remote) => remote.issueToken(key, Number(seconds)))
      return { lines: [token], value: { access_token: token, expires_in: Number(seconds) } }
    },
  )
}

/** Commands that tell how the server and its data are. */
function addHealthCommands(program: Command): void {
  topCommand(withSettings(program.command('top'), ['data_dir', 'database_url', 'port']))
  showing<[]>(
    withSettings(program.command('health'), ['host', 'port']).description(
      'ask the server whether it is ready; ends with 0 or 1, as health checks of containers need it',
    ),
    async (options) => {
      const url = await checkHealth(configOf(options))
      return { lines: [`ready: ${url}`], value: { ready: true, url } }
    },
  )
  withSettings(program.command('doctor'))
    .description(
      'check all that is stored, also while a server serves it; ends with 1 where something is wrong',
    )
    .option('--repair', 'mend what is wrong, in small steps')
    .option('--json', 'print the results as JSON')
    .action(async (options: Record<string, string> & { repair?: boolean; json?: boolean }) => {
      if (!(await doctor(configOf(options), options))) process.exitCode = 1
    })
  showing<[]>(program.command('version').description('show the version'), async () => ({
    lines: [version],
    value: { version: pkg.version, commit, bun: Bun.version },
  }))
}

/** The whole command line; `start` starts the server. */
export function commandLine(start: StartServer): Command {
  const program = new Command('chatroomd')
    .description('A chat-room server that speaks the Easemob / Agora Chat chat-room REST API.')
    .version(version, '--version', 'show the version')
    .showHelpAfterError('(add --help for what there is)')
  withSettings(program.command('serve').description('start the server'), settingNames)
    .option('--check', 'only read the configuration: says what is wrong with it, or which settings count')
    .action((options: Record<string, string>) =>
      options.check ? checkConfig(options) : runServer((warn) => settingsOf(options, warn), start),
    )
  addAppCommands(program, start)
  addCallingCommands(program, start)
  addTokenCommand(program)
  addStoreCommands(program)
  mirrorCommand(program, start)
  operatorCommands(program)
  addHealthCommands(program)
  return program
}
