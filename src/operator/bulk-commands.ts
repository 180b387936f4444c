import { readFileSync } from 'node:fs'
import { bulkActions } from '../domain/bulk.ts'
import { fields, say, table } from './print.ts'
import type { CallRest, Returned } from './rest.ts'
import { type Given, page, pages, part, query, type RestCommand, rows } from './rest-commands.ts'
import { conditions, filterOf, flagOf } from './room-filter-flags.ts'

const split = (text: unknown): string[] =>
  String(text)
    .split(/[\s,]+/)
    .filter(Boolean)

const changes = ['name', 'description', 'maxusers', 'custom'] as const

function changeOf(given: Given): Record<string, unknown> {
  const change: Record<string, unknown> = {}
  for (const name of changes) if (given[name] !== undefined) change[name] = given[name]
  if (change.maxusers !== undefined) change.maxusers = Number(change.maxusers)
  return change
}

/** The body of the call. */
function jobOf(given: Given): Record<string, unknown> {
  const { action, rooms, roomsFile, draftsFile, newowner, usernames, dryRun } = given
  const filter = filterOf(given)
  const change = changeOf(given)
  return {
    action,
    ...(rooms === undefined ? {} : { rooms: split(rooms) }),
    ...(roomsFile === undefined ? {} : { rooms: split(readFileSync(String(roomsFile), 'utf8')) }),
    ...(draftsFile === undefined ? {} : { drafts: JSON.parse(readFileSync(String(draftsFile), 'utf8')) }),
    ...(Object.keys(filter).length > 0 ? { filter } : {}),
    ...(Object.keys(change).length > 0 ? { change } : {}),
    ...(newowner === undefined ? {} : { newowner }),
    ...(usernames === undefined ? {} : { usernames: split(usernames) }),
    ...(dryRun === undefined ? {} : { dry_run: true }),
  }
}

const width = 30

/** How far a job is, in one line of a terminal. */
export function bar({ state, total, done, refused, changed }: Record<string, unknown>): string {
  const [all, over] = [Number(total), Number(done) + Number(refused) + Number(changed)]
  const part = all === 0 ? 0 : over / all
  const filled = Math.round(part * width)
  const drawn = `${'#'.repeat(filled)}${'.'.repeat(width - filled)}`
  return `[${drawn}] ${Math.floor(part * 100)}% ${over}/${all} ${state}`
}

/** Waits for the end of a job, and draws how far it is where somebody looks. */
async function watched(call: CallRest, id: string): Promise<Returned> {
  const { isTTY } = process.stderr
  for (;;) {
    const returned = await call('GET', `/chatrooms/bulk/${part(id)}`)
    const [job = {}] = rows(returned.data)
    if (isTTY) process.stderr.write(`\r${bar(job)}\u001b[K`)
    if (job.ended !== undefined) {
      if (isTTY) process.stderr.write('\n')
      if (job.state === 'failed') process.exitCode = 1
      return returned
    }
    await Bun.sleep(200)
  }
}

async function begun(call: CallRest, body: object): Promise<Returned> {
  const { data } = await call('POST', '/chatrooms/bulk', body)
  return watched(call, String(rows(data)[0]?.id))
}

const roomColumns = ['room', 'name', 'outcome', 'members', 'usernames', 'messages', 'error_description']

function showJob({ data }: Returned): void {
  const [{ rooms: first, rooms_cursor: cursor, ...job } = {}] = rows(data)
  fields(job)
  if (Array.isArray(first) && first.length > 0) {
    say('')
    table(roomColumns, first)
    if (cursor !== undefined) say(`The others: "bulk rooms ${job.id} --limit 1000".`)
    say('')
  }
  if (job.confirm !== undefined)
    say('Nothing was changed. "bulk confirm" with this token does what was shown.')
}

const jobPath = ({ job }: Given): string => `/chatrooms/bulk/${part(job)}`

/** Commands that do one thing to many chat rooms. */
export const bulkCommands: RestCommand[] = [
  {
    name: 'bulk run',
    args: ['<action>'],
    options: [
      ['--rooms <ids>', 'these chat rooms, with commas between'],
      ['--rooms-file <file>', 'those whose ids stand in a file'],
      ...Object.entries(conditions).map(([option, [, meaning]]): [string, string] => [
        flagOf(option),
        meaning,
      ]),
      ['--drafts-file <file>', 'create: a JSON array of chat rooms'],
      ['--name <name>', 'modify: the new name'],
      ['--description <text>', 'modify: the new description'],
      ['--maxusers <n>', 'modify: most members'],
      ['--custom <text>', 'modify: the new extension text'],
      ['--newowner <user>', 'transfer: who owns them then'],
      ['--usernames <users>', 'add_members, remove_members: who, with commas between'],
      ['--dry-run', 'change nothing, and say what would be'],
    ],
    meaning: `do one thing to many chat rooms, and wait for it: ${bulkActions.join(', ')}`,
    run: (call, given) => begun(call, jobOf(given)),
    show: showJob,
  },
  {
    name: 'bulk confirm',
    args: ['<token>'],
    meaning: 'do what a dry run has shown, and nothing else',
    run: (call, { token }) => begun(call, { confirm: token }),
    show: showJob,
  },
  {
    name: 'bulk list',
    args: [],
    options: pages,
    meaning: 'list bulk jobs, the latest first',
    run: (call, given) => call('GET', `/chatrooms/bulk${query(given, 'limit', 'cursor')}`),
    show: page(
      ['id', 'action', 'dry_run', 'state', 'total', 'done', 'refused', 'changed', 'error'],
      ({ data }) => data,
    ),
  },
  {
    name: 'bulk watch',
    args: ['<job>'],
    meaning: 'wait for the end of a bulk job',
    run: (call, { job }) => watched(call, String(job)),
    show: showJob,
  },
  {
    name: 'bulk rooms',
    args: ['<job>'],
    options: [...pages, ['--outcome <outcome>', 'only pending, done, refused or changed']],
    meaning: 'list what became of each chat room',
    run: (call, given) => call('GET', `${jobPath(given)}/rooms${query(given, 'limit', 'cursor', 'outcome')}`),
    show: page(roomColumns, ({ data }) => data),
  },
  {
    name: 'bulk stop',
    args: ['<job>'],
    meaning: 'stop a bulk job where it is',
    run: (call, given) => call('POST', `${jobPath(given)}/stop`),
    show: showJob,
  },
]
