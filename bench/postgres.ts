import { globSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SQL } from 'bun'
import { type Node, startNode } from '../test/support/cluster.ts'
import { startPostgres } from '../test/support/postgres.ts'
import type { Bar, Figure } from './figures.ts'
import { type LoadRequest, runWrk, writeRequests } from './wrk.ts'

/** How much to measure. */
export interface PostgresSize {
  rooms: number
  rounds: number
  /** Seconds of each load. */
  seconds: number
}

const connections = 64
const people = 1000
/** Ids of the rooms there are count from here. */
const firstId = 300_000_000_000_000
const app = '/bench/chat'

interface Operation {
  what: string
  bar?: Bar
  /** Requests of the load, over and over. */
  requests(token: string, rooms: number): LoadRequest[]
  /** The same in pgbench: the statements that one request runs alone. `:rooms` and `:people` are given. */
  statements: string
}

const details = `select id, name, description, custom, maxusers, owner, member_count, mute, created,
  (select string_agg(m.username, ',') from members m
   where m.app = r.app and m.room = r.id and m.username <> r.owner) as members from rooms r`

const unit = `begin;
select pg_advisory_xact_lock_shared(1, 1);
select *, (extract(epoch from clock_timestamp()) * 1000000)::bigint as clock from apps where id = 1;`

const now = `(extract(epoch from clock_timestamp()) * 1000000)::bigint`
const logged = (operation: string, type: string, data: string): string =>
  `insert into events (app, at, room, number, operator, operation, type, data)
values (1, ${now}, (:id)::text, 0, '', '${operation}', '${type}', '${data}');`
const user = (n: number): string => `user-${n % people}`
const spread = <T>(count: number, make: (n: number) => T): T[] =>
  Array.from({ length: count }, (_, n) => make(n))
const idOf = (n: number, rooms: number): string => String(firstId + ((n * 7919) % rooms))

const read: Bar = { at: 'least', value: 0.7 }
const write: Bar = { at: 'least', value: 0.6 }

const operations: Operation[] = [
  {
    what: 'details, 3 members, every room',
    bar: read,
    requests: (token, rooms) =>
      spread(10_000, (n) => ({ method: 'GET', path: `${app}/chatrooms/${idOf(n, rooms)}`, token })),
    statements: `\\set n random(0, :rooms - 1)
\\set id ${firstId} + :n
${details} where app = 1 and id = (:id)::text;`,
  },
  {
    what: 'list of 10',
    bar: read,
    requests: (token) => [{ method: 'GET', path: `${app}/chatrooms?limit=10`, token }],
    statements: `select id, name, owner, member_count as "memberCount", created from rooms where app = 1
order by created desc, id desc limit 11 offset 0;`,
  },
  {
    what: 'joined rooms of a user, 20 of many',
    bar: read,
    requests: (token) =>
      spread(people, (n) => ({
        method: 'GET',
        path: `${app}/users/${user(n)}/joined_chatrooms?pagenum=1&pagesize=20`,
        token,
      })),
    statements: `\\set n random(0, :people - 1)
select username, uuid, password_hash, nickname, activated, token_epoch, created, modified
from users where app = 1 and username = 'user-' || :n;
select r.id, r.name from (select app, room, joined from members where app = 1 and username = 'user-' || :n
order by joined desc, room desc limit 20 offset 0) m
join rooms r on r.app = m.app and r.id = m.room order by m.joined desc, m.room desc;`,
  },
  {
    what: 'create, 3 members',
    bar: write,
    requests: (token) =>
      spread(people, (n) => ({
        method: 'POST',
        path: `${app}/chatrooms`,
        token,
        body: JSON.stringify({
          name: 'a room',
          description: 'for a bench',
          owner: user(n),
          members: [user(n + 1), user(n + 2)],
        }),
      })),
    statements: `\\set n random(0, :people - 3)
\\set n1 :n + 1
\\set n2 :n + 2
${unit}
select username from users where app = 1 and username in ('user-' || :n, 'user-' || :n1, 'user-' || :n2)
order by username for key share;
select nextval('room_ids')::text as id \\gset
insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active)
values (1, (:id)::text, 'a room', 'for a bench', '', 1000, 'user-' || :n, 3, 0, ${now}, ${now});
insert into members (app, room, username, joined) select 1, (:id)::text, value, ${now}
from (values ('user-' || :n), ('user-' || :n1), ('user-' || :n2)) as names (value) on conflict do nothing;
${logged('createRoom', 'room.created', '{"owner":"user-1","members":2}')}
commit;`,
  },
  {
    what: 'change the name of a room',
    requests: (token, rooms) =>
      spread(10_000, (n) => ({
        method: 'PUT',
        path: `${app}/chatrooms/${idOf(n, rooms)}`,
        token,
        body: JSON.stringify({ name: `name ${n}` }),
      })),
    statements: `\\set n random(0, :rooms - 1)
\\set id ${firstId} + :n
${unit}
select id, name, description, custom, maxusers, owner, member_count, mute, created
from rooms where app = 1 and id = (:id)::text for update;
update rooms set name = 'name ' || :n, description = 'd', custom = '', maxusers = 1000, owner = owner, mute = 0
where app = 1 and id = (:id)::text;
${logged('changeRoom', 'room.changed', '{"name":"name 1"}')}
commit;`,
  },
]

/** Fills the app with users, and rooms of three members each. */
async function fill(url: string, rooms: number): Promise<void> {
  const sql = new SQL(url, { max: 1 })
  await sql.unsafe(`insert into users (app, username, uuid, activated, token_epoch, created, modified)
    select 1, 'user-' || n, gen_random_uuid()::text, 1, 1, n, n from generate_series(0, ${people - 1}) n`)
  await sql.unsafe(`insert into rooms (app, id, name, description, custom, maxusers, owner, member_count, mute, created, active)
    select 1, (${firstId} + n)::text, 'room ' || n, 'd', '', 1000, 'user-' || n % ${people}, 3, 0, n + 1000000, n + 1000000
    from generate_series(0, ${rooms - 1}) n`)
  await sql.unsafe(`insert into members (app, room, username, joined)
    select 1, (${firstId} + n)::text, 'user-' || (n + k) % ${people}, n
    from generate_series(0, ${rooms - 1}) n, generate_series(0, 2) k`)
  await sql.unsafe('vacuum analyze')
  await sql.close()
}

const install =
  'pgbench makes the limit and is not installed: "apt-get install postgresql" (Debian), "brew install postgresql" (macOS)'

function pgbenchPath(): string {
  const found = Bun.which('pgbench') ?? globSync('/usr/lib/postgresql/*/bin/pgbench').sort().at(-1)
  if (!found) throw new Error(install)
  return found
}

/** Transactions a second of a pgbench script, from as many connections as the server's clients have. */
async function runPgbench(url: URL, file: string, size: PostgresSize): Promise<number> {
  const run = Bun.spawn(
    [
      pgbenchPath(),
      ...['-n', '-M', 'prepared', '-c', String(connections), '-j', '1', '-T', String(size.seconds)],
      ...['-D', `rooms=${size.rooms}`, '-D', `people=${people}`, '-f', file],
      ...['-h', url.hostname, '-p', url.port, '-U', url.username, url.pathname.slice(1)],
    ],
    { stdout: 'pipe', stderr: 'pipe' },
  )
  const [output, errors] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ])
  const perSecond = Number(/tps = ([\d.]+)/.exec(output)?.[1])
  if (!(perSecond > 0)) throw new Error(`pgbench failed: ${errors}${output}`)
  return perSecond
}

async function tokenOf(server: Node): Promise<string> {
  const response = await fetch(`${server.url}${app}/token`, {
    method: 'POST',
    body: JSON.stringify({ grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }),
  })
  return ((await response.json()) as { access_token: string }).access_token
}

/**
 * Measures operations over HTTP on PostgreSQL, each beside pgbench running the same statements on the same database
 * with as many connections, in turn. Load, server and database share the machine's cores.
 */
export async function measurePostgres(size: PostgresSize): Promise<Figure[]> {
  pgbenchPath()
  const work = mkdtempSync(join(tmpdir(), 'chatroomd-bench-'))
  const postgres = await startPostgres([
    'fsync=on',
    'max_connections=200',
    'shared_buffers=512MB',
    'max_wal_size=4GB',
  ])
  const url = new URL(postgres.url('postgres'))
  // Not pinned: pgbench and PostgreSQL are not, either.
  const server = await startNode(url.href, {
    CHATROOMD_DATABASE_POOL: String(connections),
    CHATROOMD_APPS: 'bench#chat:id:secret',
  })
  try {
    await fill(url.href, size.rooms)
    const token = await tokenOf(server)
    const figures: Figure[] = []
    for (const { what, bar, requests, statements } of operations) {
      const load = writeRequests(work, what.replaceAll(/\W+/g, '-'), requests(token, size.rooms))
      const script = join(work, 'pgbench.sql')
      writeFileSync(script, `${statements}\n`)
      const values: number[] = []
      const limits: number[] = []
      for (let round = 0; round < size.rounds; round += 1) {
        const { perSecond, failures } = await runWrk(server.url, load, size.seconds, connections)
        if (failures > 0) throw new Error(`${what}: ${failures} requests failed`)
        values.push(perSecond)
        limits.push(await runPgbench(url, script, size))
      }
      const at = `${size.rooms.toLocaleString('en')} rooms`
      figures.push({
        what,
        at,
        values,
        unit: '/s',
        limits,
        limit: 'pgbench, same statements',
        ...(bar ? { bar } : {}),
      })
    }
    return figures
  } finally {
    await server.stop()
    await postgres.remove()
    rmSync(work, { recursive: true })
  }
}
