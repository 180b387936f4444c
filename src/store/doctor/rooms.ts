import { needsOf } from '../../domain/callbacks/rule.ts'
import { recordedText } from '../../domain/recorded-rooms.ts'
import { lockOfApp } from '../app-locks.ts'
import { appStore } from '../apps.ts'
import { callbackStore } from '../callbacks.ts'
import type { Database } from '../database.ts'
import { keywordStore } from '../keywords.ts'
import { type Check, type Key, type Reading, rowCheck } from './check.ts'
import { countMembers, isLeaving } from './orphans.ts'

const isMember = `exists (select 1 from members m where m.app = t.app and m.room = t.id and m.username = t.owner)`
const isAbsent = `exists (select 1 from absent_owners o where o.app = t.app and o.room = t.id and o.owner = t.owner)`
const isUser = `exists (select 1 from users u where u.app = t.app and u.username = t.owner)`

/** An id that the generator has yet to come to, and would give a second time. */
const isAhead = ({ dialect }: Database): string =>
  `${
    dialect === 'sqlite'
      ? `length(t.id) in (15, 16) and t.id not glob '*[^0-9]*' and cast(t.id as integer) >= (select next from ids)`
      : `case when t.id ~ '^[0-9]{15,16}$' then t.id::bigint > (select last_value from room_ids) else false end`
  } and not exists (select 1 from used_ids i where i.id = t.id)`

const room = { table: 'rooms', key: ['app', 'id'] }

/** What rooms say of themselves. */
export const roomChecks: Check[] = [
  rowCheck({
    ...room,
    name: 'rooms.members',
    meaning: {
      en: 'Chat rooms whose number of members is not that of their members.',
      zh: '聊天室记录的成员数与实际成员数不一致。',
    },
    wrong: `t.member_count <> (select count(*) from members m where m.app = t.app and m.room = t.id)`,
    mend: (db, [app = 0, id = '']) => countMembers(db, app, id),
  }),
  rowCheck({
    ...room,
    name: 'rooms.owner',
    meaning: {
      en: 'Chat rooms whose owner is no user: register the user again, or dissolve the chat room.',
      zh: '聊天室的所有者不是注册用户：请重新注册该用户，或解散聊天室。',
    },
    wrong: `exists (select 1 from apps a where a.id = t.app) and not ${isUser} and not ${isLeaving('owner')}`,
    needsDecision: true,
  }),
  rowCheck({
    ...room,
    name: 'rooms.absent_owner',
    meaning: {
      en: 'Chat rooms whose owner is not in them, without a note that it has left: they outlive it.',
      zh: '所有者不在聊天室内却没有“已离开”的标记：删除该用户时聊天室不会解散。',
    },
    wrong: `${isUser} and not ${isMember} and not ${isAbsent}`,
    mend: (db, key) =>
      Promise.resolve(
        db.run(
          `insert into absent_owners (app, room, owner) select app, id, owner from rooms where app = ?1 and id = ?2
           on conflict (app, room) do update set owner = excluded.owner`,
          ...key,
        ),
      ),
  }),
  rowCheck({
    ...room,
    name: 'rooms.id',
    meaning: {
      en: 'Chat rooms whose id would be given a second time.',
      zh: '聊天室 ID 会被再次分配。',
    },
    wrong: isAhead,
    mend: (db, key) =>
      Promise.resolve(
        db.run(`insert into used_ids (app, id) values (?1, ?2) on conflict do nothing`, ...key),
      ),
  }),
]

const wordsOf = `(select count(*) from keywords w where w.app = t.app and w.list = t.id)`
const charactersOf = `(select coalesce(sum(length(w.word)), 0) from keywords w where w.app = t.app and w.list = t.id)`

/** What the app's row and its lists of keywords repeat of other tables. */
export const copyChecks: Check[] = [
  rowCheck({
    name: 'keyword_lists.words',
    meaning: {
      en: 'Keyword lists whose numbers of words or characters are not those of their words.',
      zh: '词表记录的词数或字数与实际不一致。',
    },
    table: 'keyword_lists',
    key: ['app', 'id'],
    wrong: `t.words <> ${wordsOf} or t.characters <> ${charactersOf}`,
    async mend(db, [app = 0, id = '']) {
      await keywordStore(db).lockKeywords(app as number)
      await keywordStore(db).countKeywords(app as number, id as string)
    },
  }),
  copied({
    name: 'apps.callbacks',
    meaning: {
      en: 'Apps of which is not stored, or is stored wrongly, what their callback rules need.',
      zh: '应用记录的回调需求与其回调规则不一致。',
    },
    lock: (db, app) => callbackStore(db).lockCallbacks(app),
    async isRight(db, app) {
      const row = await db.get<{ callbacks: number }>(`select callbacks from apps where id = ?1`, app)
      return row?.callbacks === needsOf(await callbackStore(db).callbackRules(app))
    },
    mend: async (db, app) =>
      appStore(db).setCallbackNeeds(app, needsOf(await callbackStore(db).callbackRules(app))),
  }),
  copied({
    name: 'apps.recorded',
    meaning: {
      en: 'Apps of which is stored wrongly for which chat rooms messages are recorded for event streams.',
      zh: '应用记录的“为事件流保存消息的聊天室”与实际不一致。',
    },
    lock: (db, app) => lockOfApp(db, 'recordedRooms', app),
    async isRight(db, app) {
      const row = await db.get<{ recorded: string }>(
        `select coalesce(recorded, '') as recorded from apps where id = ?1`,
        app,
      )
      return row?.recorded === (await recordedOf(db, app))
    },
    mend: async (db, app) => {
      const sql = `update apps set recorded = nullif(?2, ''), version = version + 1 where id = ?1`
      await db.run(sql, app, await recordedOf(db, app))
    },
  }),
]

async function recordedOf(db: Database, app: number): Promise<string> {
  const sql = `select room from recorded_rooms where app = ?1 order by room`
  return recordedText((await db.all<{ room: string }>(sql, app)).map((row) => row.room))
}

/** What an app's row says of other rows of the app. */
function copied({
  name,
  meaning,
  lock,
  isRight,
  mend,
}: Pick<Check, 'name' | 'meaning'> & {
  lock(db: Database, app: number): Promise<void>
  isRight(db: Database, app: number): Promise<boolean>
  mend(db: Database, app: number): Promise<void>
}): Check {
  return {
    name,
    meaning,
    async *find(reading: Reading) {
      for (const { id } of await reading(async (db) =>
        db.all<{ id: number }>(`select id from apps order by id`),
      ))
        if (!(await reading((db) => isRight(db, id)))) yield [[id]]
    },
    async mend(db, [app = 0]: Key) {
      await lock(db, app as number)
      if (await isRight(db, app as number)) return 'right'
      await mend(db, app as number)
      return 'mended'
    },
  }
}
