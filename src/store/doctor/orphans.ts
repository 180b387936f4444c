import type { Text } from '../../domain/text.ts'
import { type Database, forUpdate } from '../database.ts'
import { type Check, type Key, rowCheck } from './check.ts'

/** Rows of apps that are not there are found apart. */
const ofApp = `exists (select 1 from apps a where a.id = t.app)`

const noUser = (column: string): string =>
  `not exists (select 1 from users u where u.app = t.app and u.username = t.${column})`

/** Chat rooms of a deleted user go after it, where they are many. */
export const isLeaving = (column: string): string =>
  `exists (select 1 from user_deletions d where d.app = t.app and d.username = t.${column})`

const noRoom = `not exists (select 1 from rooms r where r.app = t.app and r.id = t.room)`

/** Of a dissolved room some rows stay, until it can be restored no more. */
const noRoomLeft = `(${noRoom} and not exists (select 1 from dissolved_rooms d where d.app = t.app and d.id = t.room))`

const noRule = `not exists (select 1 from callbacks c where c.app = t.app and c.id = t.rule)`
const noList = `not exists (select 1 from keyword_lists k where k.app = t.app and k.id = t.list)`

const isOwnerElsewhere = `exists (select 1 from rooms r where r.app = t.app and r.id = t.room and (r.owner <> t.owner
  or exists (select 1 from members m where m.app = t.app and m.room = t.room and m.username = t.owner)))`

/** Sets how many members a room has by those it has; the transaction has locked it. */
export async function countMembers(db: Database, app: Key[0], room: Key[0]): Promise<void> {
  await db.run(
    `update rooms set member_count = (select count(*) from members where app = ?1 and room = ?2)
     where app = ?1 and id = ?2`,
    app as number,
    room as string,
  )
}

async function removeMember(db: Database, [app = 0, room = '', username = '']: Key): Promise<void> {
  await db.get(`select 1 from rooms where app = ?1 and id = ?2 ${forUpdate(db)}`, app, room)
  await db.run(`delete from members where app = ?1 and room = ?2 and username = ?3`, app, room, username)
  await countMembers(db, app, room)
}

const orphans = (
  table: string,
  key: string[],
  wrong: string,
  meaning: Text,
  mend?: (db: Database, key: Key) => Promise<void>,
): Check =>
  rowCheck({
    name: `orphans.${table}`,
    meaning,
    table,
    key,
    wrong: `${ofApp} and (${wrong})`,
    ...(mend ? { mend } : {}),
  })

const ofRoom = ['app', 'room']
const inRoom = [...ofRoom, 'username']
const ofUser = ['app', 'username']
const ofRule = ['app', 'rule', 'seq']
const withoutRoom = (what: Text): Text => ({
  en: `${what.en} of chat rooms that are not there.`,
  zh: `${what.zh}所属的聊天室不存在。`,
})
const withoutUser = (what: Text): Text => ({
  en: `${what.en} of users that are not there.`,
  zh: `${what.zh}所属的用户不存在。`,
})
const withoutEither = (what: Text): Text => ({
  en: `${what.en} of chat rooms or users that are not there.`,
  zh: `${what.zh}所属的聊天室或用户不存在。`,
})

/** Rows whose room, user, callback rule or keyword list is not there. They are removed. */
export const orphanChecks: Check[] = [
  orphans(
    'members',
    inRoom,
    `${noRoom} or (${noUser('username')} and not ${isLeaving('username')})`,
    withoutEither({ en: 'Members', zh: '成员' }),
    removeMember,
  ),
  orphans('absent_owners', ofRoom, `${noRoomLeft} or ${isOwnerElsewhere}`, {
    en: 'Notes that an owner has left its chat room, of one that has not.',
    zh: '“所有者已离开”的标记与实际不符。',
  }),
  orphans(
    'mutes',
    inRoom,
    `${noRoomLeft} or ${noUser('username')}`,
    withoutEither({ en: 'Mutes', zh: '禁言' }),
  ),
  orphans(
    'blocks',
    inRoom,
    `${noRoomLeft} or ${noUser('username')}`,
    withoutEither({ en: 'Entries of block lists', zh: '黑名单条目' }),
  ),
  orphans('attributes', [...ofRoom, 'name'], noRoomLeft, withoutRoom({ en: 'Attributes', zh: '自定义属性' })),
  orphans('pins', [...ofRoom, 'message'], noRoomLeft, withoutRoom({ en: 'Pinned messages', zh: '置顶消息' })),
  orphans(
    'room_files',
    [...ofRoom, 'created', 'id'],
    noRoomLeft,
    withoutRoom({ en: 'Shared files', zh: '共享文件' }),
  ),
  orphans(
    'user_attributes',
    [...ofUser, 'name'],
    noUser('username'),
    withoutUser({ en: 'Attributes', zh: '用户属性' }),
  ),
  orphans(
    'super_admins',
    ofUser,
    noUser('username'),
    withoutUser({ en: 'Super admin roles', zh: '超级管理员身份' }),
  ),
  orphans(
    'app_mutes',
    [...ofUser, 'kind'],
    noUser('username'),
    withoutUser({ en: 'Mutes in the whole app', zh: '全局禁言' }),
  ),
  orphans(
    'reports',
    ['app', 'message', 'username'],
    noUser('username'),
    withoutUser({ en: 'Reports', zh: '举报' }),
  ),
  orphans('callback_state', ['app', 'rule'], noRule, {
    en: 'Positions of callback rules that are not there.',
    zh: '投递位置所属的回调规则不存在。',
  }),
  orphans('callback_queue', ofRule, noRule, {
    en: 'Callbacks that wait, of rules that are not there.',
    zh: '待重试的回调所属的规则不存在。',
  }),
  orphans('callback_log', ofRule, noRule, {
    en: 'The delivery log of callback rules that are not there.',
    zh: '投递日志所属的回调规则不存在。',
  }),
  orphans('keywords', ['app', 'list', 'word'], noList, {
    en: 'Keywords of lists that are not there.',
    zh: '关键词所属的词表不存在。',
  }),
]
