import { table } from './print.ts'
import { page, pages, part, query, type RestCommand, rows } from './rest-commands.ts'
import { conditions, filterOf, flagOf } from './room-filter-flags.ts'

/** Commands that find chat rooms, those that were dissolved as well. */
export const roomListCommands: RestCommand[] = [
  {
    name: 'room list',
    args: [],
    options: [
      ...pages,
      ...Object.entries(conditions).map(([option, [, meaning]]): [string, string] => [
        flagOf(option),
        `only those ${meaning}`,
      ]),
      ['--sort <by>', 'created, members, activity or name'],
      ['--direction <way>', 'asc or desc'],
      ['--total', 'also count them; in --json'],
    ],
    meaning: 'list chat rooms, newest first, or those that are asked for',
    run: (call, given) => {
      const asked: Record<string, string> = { limit: '100' }
      for (const name of ['limit', 'cursor', 'sort', 'direction'])
        if (given[name] !== undefined) asked[name] = String(given[name])
      for (const [name, value] of Object.entries(filterOf(given))) asked[name] = String(value)
      if (given.total !== undefined) asked.total = 'true'
      return call('GET', `/chatrooms${query(asked, ...Object.keys(asked))}`)
    },
    show: page(['id', 'name', 'owner', 'affiliations_count', 'disabled'], ({ data }) => data),
  },
  {
    name: 'room deleted',
    args: [],
    options: pages,
    meaning: 'list dissolved chat rooms that can be restored, the latest first',
    run: (call, given) =>
      call('GET', `/chatrooms/deleted${query({ limit: '100', ...given }, 'limit', 'cursor')}`),
    show: page(
      ['id', 'name', 'owner', 'affiliations_count', 'dissolved', 'restorable_until'],
      ({ data }) => data,
    ),
  },
  {
    name: 'room restore',
    args: ['<room>'],
    options: [['--owner <user>', 'who owns it from now on, where its owner was deleted']],
    meaning: 'bring a dissolved chat room back',
    run: (call, given) => call('POST', `/chatrooms/${part(given.room)}/restore${query(given, 'owner')}`),
    show: ({ data }) => table(['id', 'name', 'owner'], rows(data)),
  },
]
