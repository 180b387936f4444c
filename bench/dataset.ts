import { increasing, runOperation } from '../src/engine/run.ts'
import { createApp } from '../src/operations/apps/create-app.ts'
import { openSqliteWriter, type SqliteWriter } from '../src/store/sqlite.ts'

/** What a data directory for benches holds: one app, its users, and rooms. */
export interface Dataset {
  dir: string
  /** Rooms with two members each, evenly chosen from all: at most 100,000 ids, in random order. */
  ids: string[]
  /** Ids of rooms with 100 and with 10,000 members. */
  hundred: string
  tenThousand: string
  /** Rooms of 10,000 members each, as many as were asked for. */
  large: string[]
  /** A user in 10,000 rooms (or in all, if there are fewer). */
  busy: string
  credentials: { id: string; secret: string }
}

const users = 10_000

/** Ids in an order that visits them like random ones, the same in every run. */
function shuffled(ids: string[]): string[] {
  let seed = 42
  const order = [...ids]
  for (let last = order.length - 1; last > 0; last--) {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    const other = seed % (last + 1)
    const kept = order[last] as string
    order[last] = order[other] as string
    order[other] = kept
  }
  return order
}

const progress = (text: string): void => {
  if (process.stderr.isTTY) process.stderr.write(`\r${text.padEnd(60)}`)
}

/** Fills an empty directory with `rooms` rooms and `large` rooms of 10,000 members. */
export async function makeDataset(dir: string, rooms: number, large: number): Promise<Dataset> {
  const writer = await openSqliteWriter(dir)
  try {
    return await fill(writer, dir, rooms, large)
  } finally {
    writer.close()
    progress('')
  }
}

async function fill(
  { store, transaction }: SqliteWriter,
  dir: string,
  rooms: number,
  large: number,
): Promise<Dataset> {
  const credentials = { id: 'bench-client', secret: 'bench-secret' }
  await transaction(() =>
    runOperation(
      store,
      {
        app: 0,
        caller: { kind: 'app' },
        operation: createApp,
        input: { key: 'bench#chat', clientId: credentials.id, clientSecret: credentials.secret },
      },
      increasing(),
    ),
  )
  const app = 1
  const names = Array.from({ length: users }, (_, place) => `user-${place}`)
  await transaction(async () => {
    for (const username of ['alice', 'bob', 'busy', ...names]) {
      await store.users.addUser(app, {
        username,
        passwordHash: null,
        nickname: null,
        uuid: crypto.randomUUID(),
        tokenEpoch: 0,
        now: Date.now(),
      })
    }
  })
  let created = Date.now() * 1000 - rooms - 1000
  const addRoom = async (owner: string, members: string[]): Promise<string> => {
    const id = await store.newId()
    created += 1
    await store.rooms.addRoom(app, {
      id,
      name: 'night owls',
      description: 'late talk',
      custom: '',
      maxusers: 10_000,
      owner,
      members,
      createdUs: created,
    })
    return id
  }
  const ids: string[] = []
  const step = Math.max(1, Math.floor(rooms / 100_000))
  const busyEvery = Math.max(1, Math.floor(rooms / 10_000))
  for (let done = 0; done < rooms; ) {
    const until = Math.min(rooms, done + 5000)
    await transaction(async () => {
      for (; done < until; done++) {
        const owner = done % busyEvery === 0 ? 'busy' : (names[done % users] as string)
        const id = await addRoom(owner, [names[(done * 7 + 1) % users] as string])
        if (done % step === 0) ids.push(id)
      }
    })
    progress(`filling the store: ${done} of ${rooms} rooms`)
  }
  const [hundred, tenThousand, largeIds] = await transaction(async () => {
    const many: string[] = []
    const first = await addRoom('alice', names.slice(0, 99))
    const second = await addRoom('alice', names.slice(0, 9999))
    for (let place = 0; place < large; place++) many.push(await addRoom('alice', names.slice(0, 9999)))
    return [first, second, many]
  })
  return { dir, ids: shuffled(ids), hundred, tenThousand, large: largeIds, busy: 'busy', credentials }
}
