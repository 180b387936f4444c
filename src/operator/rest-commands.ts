import type { Command } from 'commander'
import { minuteMs } from '../domain/time.ts'
import { fields, json, say, table } from './print.ts'
import type { CallRest, Returned } from './rest.ts'

/** What a command was given: its arguments by name, and its options. */
export type Given = Record<string, string | string[] | undefined>

/** A command that calls the REST API of an app, with the app as its first argument. */
export interface RestCommand {
  /** `room kick` */
  name: string
  /** What follows the app: `<room>`, `<user...>`. */
  args: string[]
  options?: [flags: string, meaning: string][]
  meaning: string
  run(call: CallRest, given: Given): Promise<Returned>
  /** Shows what `run` returned; `--json` shows it as it is. */
  show(returned: Returned): void
}

export const part = (value: Given[string]): string => encodeURIComponent(String(value))
const list = (value: Given[string]): string[] => [value ?? []].flat()
export const rows = (value: unknown): Record<string, unknown>[] =>
  (Array.isArray(value) ? value : [value]) as Record<string, unknown>[]

/** The query of the options that were given. */
export const query = (given: Given, ...names: string[]): string => {
  const search = new URLSearchParams()
  for (const name of names) {
    const value = given[name]
    if (value !== undefined) search.set(name, String(value))
  }
  return search.size === 0 ? '' : `?${search}`
}

export const pages: [string, string][] = [
  ['--limit <n>', 'at most so many'],
  ['--cursor <cursor>', 'go on after a page'],
]

/** A table, and how to get the next page. */
export const page =
  (columns: string[], of: (returned: Returned) => unknown) =>
  (returned: Returned): void => {
    table(columns, rows(of(returned)))
    if (returned.cursor) process.stderr.write(`There is more: --cursor ${returned.cursor}\n`)
  }

const result =
  (columns: string[]) =>
  ({ data }: Returned): void =>
    table(columns, rows(data))

const inRoom = ({ room }: Given): string => `/chatrooms/${part(room)}`

/** What `idle_timeout=3600 keep=true` sets; instants are also dates. The API checks names and values. */
function lifecycleGiven(settings: string[]): Record<string, unknown> {
  const own: Record<string, unknown> = {}
  for (const each of settings) {
    const [, name = '', value = ''] = /^([^=]+)=(.*)$/s.exec(each) ?? []
    if (name === '') throw new Error(`"${each}" is not name=value`)
    const isDate = name.endsWith('_at') && /^\d{4}-/.test(value)
    if (value === 'true' || value === 'false') own[name] = value === 'true'
    else if (isDate) own[name] = Date.parse(value)
    else own[name] = value.trim() === '' ? Number.NaN : Number(value)
    if (Number.isNaN(own[name])) throw new Error(`${name} must be a number, true or false, or a date`)
  }
  return own
}

const rooms: RestCommand[] = [
  {
    name: 'room show',
    args: ['<room>'],
    meaning: 'show the details of a chat room',
    run: (call, given) => call('GET', inRoom(given)),
    show: ({ data }) => rows(data).forEach(fields),
  },
  {
    name: 'room members',
    args: ['<room>'],
    options: pages,
    meaning: 'list the members of a chat room, its owner too',
    run: (call, given) =>
      call('GET', `${inRoom(given)}/users${query({ limit: '1000', ...given }, 'limit', 'cursor')}`),
    show: page(['role', 'user'], ({ data }) =>
      rows(data).map((each) => {
        const [role, user] = Object.entries(each)[0] ?? []
        return { role, user }
      }),
    ),
  },
  {
    name: 'room kick',
    args: ['<room>', '<user...>'],
    meaning: 'remove members from a chat room',
    run: (call, given) => call('DELETE', `${inRoom(given)}/users/${list(given.user).map(part).join(',')}`),
    show: result(['user', 'result', 'reason']),
  },
  {
    name: 'room mute',
    args: ['<room>', '<user...>'],
    options: [['--minutes <n>', 'for so long; for ever without it']],
    meaning: 'mute members of a chat room',
    run: (call, given) =>
      call('POST', `${inRoom(given)}/mute`, {
        usernames: list(given.user),
        mute_duration: given.minutes === undefined ? -1 : Number(given.minutes) * minuteMs,
      }),
    show: result(['user', 'result', 'expire']),
  },
  {
    name: 'room unmute',
    args: ['<room>', '<user...>'],
    meaning: 'unmute members of a chat room',
    run: (call, given) => call('DELETE', `${inRoom(given)}/mute/${list(given.user).map(part).join(',')}`),
    show: result(['user', 'result']),
  },
  {
    name: 'room dissolve',
    args: ['<room>'],
    options: [['--dry-run', 'only say what would happen']],
    meaning: 'dissolve a chat room',
    run: (call, given) => call('DELETE', `${inRoom(given)}${given.dryRun ? '?dry_run=true' : ''}`),
    show: ({ data, events, dry_run }) =>
      dry_run ? table(['type', 'room'], rows(events)) : table(['id', 'success'], rows(data)),
  },
  {
    name: 'room lifecycle',
    args: ['<room>', '[name=value...]'],
    options: [['--clear', 'set nothing: all is as the app says']],
    meaning: 'show how long a chat room lives, or set that as a whole: what is left out is as the app says',
    run: (call, given) => {
      const path = `${inRoom(given)}/lifecycle`
      const own = lifecycleGiven(list(given['name=value']))
      return given.clear || Object.keys(own).length > 0 ? call('PUT', path, own) : call('GET', path)
    },
    show: ({ data }) => rows(data).forEach(fields),
  },
  {
    name: 'room why',
    args: ['<room>', '<user>'],
    options: [
      ['--action <operationId>', 'which call; by default speak: to send a message through an SDK'],
      ['--text <text>', 'speak: the message, which is held against the keyword lists'],
      ['--body <json>', 'the body of the call'],
      ['--params <json>', 'other parts of its path, by name'],
    ],
    meaning:
      'say whether a user may do something in a chat room, and if not, which rule refuses it and what would have to change',
    run: (call, { room, user, action = 'speak', text, body, params }) =>
      call('POST', '/explain', {
        action,
        user,
        room,
        ...(params === undefined ? {} : { params: JSON.parse(String(params)) }),
        ...(text === undefined ? {} : { body: { text } }),
        ...(body === undefined ? {} : { body: JSON.parse(String(body)) }),
      }),
    show({ data }) {
      const [{ why, change, lifted_by: by, speaking, events, ...verdict } = {}] = rows(data)
      const isChinese = process.env.LANG?.startsWith('zh')
      const said = (name: string, texts: unknown) => {
        const { en, zh } = (texts ?? {}) as { en?: string; zh?: string }
        return en === undefined ? {} : { [name]: isChinese ? zh : en }
      }
      fields({
        ...verdict,
        ...said('why', why),
        ...said('change', change),
        ...(by as object | undefined),
        ...(events ? { events: rows(events).map(({ type }) => type) } : {}),
        ...(speaking as object | undefined),
      })
    },
  },
  {
    name: 'room endings',
    args: [],
    options: [
      ['--hours <n>', 'how far to look ahead; 24 without it'],
      ['--limit <n>', 'at most so many'],
    ],
    meaning: 'list the chat rooms that will be dissolved by themselves, if nothing happens in them',
    run: (call, given) => call('GET', `/chatrooms/lifecycle_preview${query(given, 'hours', 'limit')}`),
    show: ({ data }) => {
      const { rooms: ending, more } = data as { rooms: unknown; more: boolean }
      table(['id', 'name', 'owner', 'affiliations_count', 'dissolves_at', 'reason'], rows(ending))
      if (more) process.stderr.write('There are others: ask for fewer --hours, or a larger --limit\n')
    },
  },
  {
    name: 'room send',
    args: ['<room>', '<text>'],
    options: [['--from <user>', 'as whom; "admin" without it']],
    meaning: 'send a text message to a chat room',
    run: (call, { room, text, from }) =>
      call('POST', '/messages/chatrooms', {
        ...(from === undefined ? {} : { from }),
        to: [room],
        type: 'txt',
        body: { msg: text },
      }),
    show: ({ data }) =>
      table(
        ['room', 'message'],
        Object.entries(data as object).map(([room, message]) => ({ room, message })),
      ),
  },
]

const ofUser = ({ user }: Given): string => `/users/${part(user)}`

const users: RestCommand[] = [
  {
    name: 'user show',
    args: ['<user>'],
    meaning: 'show a user',
    run: (call, given) => call('GET', ofUser(given)),
    show: ({ entities }) => rows(entities).forEach(fields),
  },
  {
    name: 'user kick',
    args: ['<user>'],
    meaning: 'end all connections of a user; its clients are signed out',
    run: (call, given) => call('GET', `${ofUser(given)}/disconnect`),
    show: result(['result']),
  },
  {
    name: 'user delete',
    args: ['<user>'],
    options: [['--dry-run', 'only say what would happen']],
    meaning: 'delete a user, and the chat rooms it owns',
    run: (call, given) => call('DELETE', `${ofUser(given)}${given.dryRun ? '?dry_run=true' : ''}`),
    show: ({ entities, events, dry_run }) =>
      dry_run ? table(['type', 'room'], rows(events)) : table(['username', 'uuid'], rows(entities)),
  },
  {
    name: 'user password',
    args: ['<user>', '<password>'],
    meaning: 'give a user a new password; its tokens end',
    run: (call, given) => call('PUT', `${ofUser(given)}/password`, { newpassword: given.password }),
    show: () => say('The password was changed.'),
  },
  {
    name: 'user token',
    args: ['<user>'],
    options: [['--seconds <n>', 'lifetime; 0 = for ever']],
    meaning: 'issue a token of a user',
    run: (call, { user, seconds }) =>
      call('POST', '/token', {
        grant_type: 'inherit',
        username: user,
        autoCreateUser: false,
        ...(seconds === undefined ? {} : { ttl: Number(seconds) }),
      }),
    show: ({ access_token }) => say(String(access_token)),
  },
]

/** Commands for the chat rooms and the users of an app. */
export const roomAndUserCommands: RestCommand[] = [...rooms, ...users]

/** Adds commands below their parents; `run` reaches the server. */
export function addRestCommands(
  commands: RestCommand[],
  parents: Record<string, Command>,
  prepare: (command: Command) => Command,
  reach: (
    options: Record<string, string>,
    key: string,
    work: (call: CallRest) => Promise<void>,
  ) => Promise<void>,
): void {
  for (const { name, args, options = [], meaning, run, show } of commands) {
    const [, place = '', verb = ''] = /^(.*) (\S+)$/.exec(name) ?? []
    const parent = parents[place]
    if (!parent) throw new Error(`no command has ${name} below it`)
    const command = prepare(parent.command(verb)).description(meaning).argument('<org#app>')
    for (const arg of args) command.argument(arg)
    for (const option of options) command.option(...option)
    command.option('--json', 'print the response as JSON').action(async (key: string, ...rest: unknown[]) => {
      const own = rest.slice(0, args.length) as (string | string[])[]
      const given: Given = { ...command.opts() }
      for (const [at, arg] of args.entries()) given[arg.replace(/[<>.[\]]/g, '')] = own[at]
      await reach(command.optsWithGlobals(), key, async (call) => {
        const returned = await run(call, given)
        if (given.json) json(returned)
        else show(returned)
      })
    })
  }
}
