import { type AppStore, appStore } from './apps.ts'
import { type AttributeStore, attributeStore } from './attributes.ts'
import { type AuditStore, auditStore } from './audit.ts'
import type { Awaitable, Database } from './database.ts'
import { type ListStore, listStore } from './lists.ts'
import { type MemberStore, memberStore } from './members.ts'
import { type MessageStore, messageStore } from './messages.ts'
import { type PresenceStore, presenceStore } from './presence.ts'
import { type QuotaStore, quotaStore } from './quotas.ts'
import { type RateStore, rateStore } from './rates.ts'
import { type RoomStore, roomStore } from './rooms.ts'
import { type SuperAdminStore, superAdminStore } from './super-admins.ts'
import { type UserAttributeStore, userAttributeStore } from './user-attributes.ts'
import { type UserStore, userStore } from './users.ts'

/** Everything that is kept, seen from inside one connection or transaction. */
export interface Store {
  apps: AppStore
  users: UserStore
  userAttributes: UserAttributeStore
  rooms: RoomStore
  quotas: QuotaStore
  members: MemberStore
  lists: ListStore
  attributes: AttributeStore
  superAdmins: SuperAdminStore
  rates: RateStore
  audit: AuditStore
  presence: PresenceStore
  messages: MessageStore
  /** A new room id: a decimal text of 15 or 16 digits below 2^53, later ones larger, never given twice. */
  newId(): Awaitable<string>
}

/** What a read may use. */
export type ReadStore = Store
/** What a write may use. */
export type WriteStore = Store

export const storeOn = (db: Database, newId: Store['newId']): Store => ({
  apps: appStore(db),
  users: userStore(db),
  userAttributes: userAttributeStore(db),
  rooms: roomStore(db),
  quotas: quotaStore(db),
  members: memberStore(db),
  lists: listStore(db),
  attributes: attributeStore(db),
  superAdmins: superAdminStore(db),
  rates: rateStore(db),
  audit: auditStore(db),
  presence: presenceStore(db),
  messages: messageStore(db),
  newId,
})
