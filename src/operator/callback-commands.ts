import { callbackEvents } from '../domain/callbacks/rule.ts'
import { fields, say, table } from './print.ts'
import type { CallRest, Returned } from './rest.ts'
import { type Given, page, pages, part, query, type RestCommand, rows } from './rest-commands.ts'

const ofRule = ({ rule }: Given): string => `/callbacks/${part(rule)}`

/** Options of a rule, but for what is always there. */
const ruleOptions: [flags: string, meaning: string][] = [
  ['--events <events>', `with commas between: ${callbackEvents.join(', ')}`],
  ['--rooms <ids>', 'only of these chat rooms'],
  ['--users <users>', 'only by these users'],
  ['--kinds <kinds>', 'only these kinds of messages'],
  ['--sources <sources>', 'rest, client or both'],
  ['--timeout <ms>', 'of a rule that is asked before'],
  ['--on-failure <choice>', 'deliver or stop, of a rule that is asked before'],
]

const lists = ['events', 'rooms', 'users', 'kinds', 'sources']

/** The fields of a rule that were given. */
function ruleOf(given: Given): Record<string, unknown> {
  const { name, url, when, onFailure, timeout, enable, disable } = given
  const rule: Record<string, unknown> = { name, url, when, onFailure }
  for (const list of lists) {
    const text = given[list]
    if (text !== undefined) rule[list] = String(text).split(',').filter(Boolean)
  }
  if (timeout !== undefined) rule.timeout = Number(timeout)
  if (enable) rule.enabled = true
  if (disable) rule.enabled = false
  return rule
}

const time = (ms: unknown): string => new Date(Number(ms)).toISOString()

const showRule = ({ data }: Returned): void => rows(data).forEach(fields)

const attempts = page(['time', 'event', 'chatroomid', 'attempt', 'status', 'duration', 'error'], ({ data }) =>
  rows(data).map(({ timestamp, ...each }) => ({ time: time(timestamp), ...each })),
)
const dead = page(['time', 'failed', 'event', 'chatroomid', 'attempts', 'error'], ({ data }) =>
  rows(data).map(({ timestamp, failed, ...each }) => ({
    time: time(timestamp),
    failed: time(failed),
    ...each,
  })),
)

/** Unix ms of a time that was given as that, or as a date. */
function sinceOf(given: Given): number {
  const text = String(given.since)
  const ms = /^\d+$/.test(text) ? Number(text) : Date.parse(text)
  if (!Number.isSafeInteger(ms)) throw new Error('--since must be a time: 2026-01-31T12:00:00Z, or Unix ms')
  return ms
}

const replay = (call: CallRest, given: Given): Promise<Returned> =>
  call(
    'POST',
    `${ofRule(given)}/replay`,
    given.since === undefined ? { after: given.after } : { since: sinceOf(given) },
  )

/** Commands for the callback rules of an app. */
export const callbackCommands: RestCommand[] = [
  {
    name: 'callback list',
    args: [],
    meaning: 'list callback rules',
    run: (call) => call('GET', '/callbacks'),
    show: page(['id', 'name', 'when', 'enabled', 'url', 'events'], ({ data }) =>
      rows(data).map(({ events, ...rule }) => ({ ...rule, events: (events as string[]).join(',') })),
    ),
  },
  {
    name: 'callback add',
    args: ['<name>', '<url>'],
    options: [
      ...ruleOptions,
      ['--when <when>', 'after (default), or before a message is delivered'],
      ['--disable', 'do not enable it yet'],
    ],
    meaning: 'add a callback rule, enabled, and show its secret',
    run: (call, given) => call('POST', '/callbacks', { enabled: true, ...ruleOf(given) }),
    show(returned) {
      showRule(returned)
      say('The secret is shown this once: keep it.')
    },
  },
  {
    name: 'callback change',
    args: ['<rule>'],
    options: [
      ['--name <name>', 'its name'],
      ['--url <url>', 'where it calls'],
      ...ruleOptions,
      ['--enable', 'enable it: it gets what happens from now on'],
      ['--disable', 'disable it'],
    ],
    meaning: 'change a callback rule; what is not named stays, an empty list is no filter',
    run: (call, given) => call('PUT', ofRule(given), ruleOf(given)),
    show: showRule,
  },
  {
    name: 'callback remove',
    args: ['<rule>'],
    meaning: 'remove a callback rule with all that waits for it',
    run: (call, given) => call('DELETE', ofRule(given)),
    show: () => say('The callback rule was removed.'),
  },
  {
    name: 'callback deliveries',
    args: ['<rule>'],
    options: [...pages, ['--dead', 'those that were given up']],
    meaning: 'list the latest attempts of a callback rule',
    run: (call, given) =>
      call('GET', `${ofRule(given)}/${given.dead ? 'dead' : 'deliveries'}${query(given, 'limit', 'cursor')}`),
    show: (returned) => (rows(returned.data)[0]?.attempts === undefined ? attempts : dead)(returned),
  },
  {
    name: 'callback retry',
    args: ['<rule>'],
    meaning: 'try all again that were given up',
    run: (call, given) => call('POST', `${ofRule(given)}/dead/retry`),
    show: ({ data }) => table(['count'], rows(data)),
  },
  {
    name: 'callback replay',
    args: ['<rule>'],
    options: [
      ['--since <time>', 'from a time on: 2026-01-31T12:00:00Z, or Unix ms'],
      ['--after <id>', 'after an event of the feed'],
    ],
    meaning: 'deliver again what the log still has',
    run: replay,
    show: () => say('It is delivered again.'),
  },
  {
    name: 'callback secret rotate',
    args: ['<rule>'],
    meaning: 'add a second secret and show it; both sign until the older one is dropped',
    run: (call, given) => call('POST', `${ofRule(given)}/secrets`),
    show: ({ data }) => {
      rows(data).forEach(fields)
      say('The secret is shown this once: bring it to your server, then "callback secret drop".')
    },
  },
  {
    name: 'callback secret drop',
    args: ['<rule>'],
    meaning: 'drop the older one of two secrets',
    run: (call, given) => call('DELETE', `${ofRule(given)}/secrets`),
    show: () => say('The older secret was dropped.'),
  },
]
