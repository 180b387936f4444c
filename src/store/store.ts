import { type AppMuteReads, type AppMuteStore, appMuteStore } from './app-mutes.ts'
import { type AppReads, type AppStore, appStore } from './apps.ts'
import { type AttributeReads, type AttributeStore, attributeStore } from './attributes.ts'
import { type BulkReads, type BulkStore, bulkStore } from './bulk.ts'
import {
  type CallbackDeliveryReads,
  type CallbackDeliveryStore,
  callbackDeliveryStore,
} from './callback-delivery.ts'
import { type CallbackReads, type CallbackStore, callbackStore } from './callbacks.ts'
import { type StoreClock, storeClock } from './clock.ts'
import type { Awaitable, Database } from './database.ts'
import { type DissolvedReads, type DissolvedStore, dissolvedStore } from './dissolved-rooms.ts'
import { type DoctorReads, type DoctorStore, doctorStore } from './doctor/doctor.ts'
import { type EventReads, type EventStore, eventStore } from './events.ts'
import { type KeywordReads, type KeywordStore, keywordStore } from './keywords.ts'
import { type ListReads, type ListStore, listStore } from './lists.ts'
import type { MemberReads } from './member-reads.ts'
import { type MemberStore, memberStore } from './members.ts'
import { type MessageReads, type MessageStore, messageStore } from './messages.ts'
import {
  type OperatorCommandReads,
  type OperatorCommandStore,
  operatorCommandStore,
} from './operator-commands.ts'
import { type OperatorReads, type OperatorStore, operatorStore } from './operators.ts'
import { type PinReads, type PinStore, pinStore } from './pins.ts'
import { type PresenceReads, type PresenceStore, presenceStore } from './presence.ts'
import { type QuotaReads, type QuotaStore, quotaStore } from './quotas.ts'
import { type RateStore, rateStore } from './rates.ts'
import { type RecordedRoomReads, type RecordedRoomStore, recordedRoomStore } from './recorded-rooms.ts'
import { type ReportReads, type ReportStore, reportStore } from './reports.ts'
import { type RetryStore, retryStore } from './retries.ts'
import { type RoomFileReads, type RoomFileStore, roomFileStore } from './room-files.ts'
import { type LifecycleReads, type LifecycleStore, lifecycleStore } from './room-lifecycles.ts'
import type { RoomReads } from './room-reads.ts'
import { type RoomStore, roomStore } from './rooms.ts'
import { type SuperAdminReads, type SuperAdminStore, superAdminStore } from './super-admins.ts'
import { type UserAttributeReads, type UserAttributeStore, userAttributeStore } from './user-attributes.ts'
import { type UserDeletionReads, type UserDeletionStore, userDeletionStore } from './user-deletions.ts'
import { type UserReads, type UserStore, userStore } from './users.ts'

/** What a read may use: nothing in it writes or holds a row. */
export interface ReadStore {
  clock: StoreClock
  apps: AppReads
  users: UserReads
  deletions: UserDeletionReads
  userAttributes: UserAttributeReads
  rooms: RoomReads
  dissolved: DissolvedReads
  lifecycles: LifecycleReads
  roomFiles: RoomFileReads
  members: MemberReads
  lists: ListReads
  appMutes: AppMuteReads
  attributes: AttributeReads
  superAdmins: SuperAdminReads
  events: EventReads
  presence: PresenceReads
  messages: MessageReads
  reports: ReportReads
  pins: PinReads
  keywords: KeywordReads
  callbacks: CallbackReads
  callbackDelivery: CallbackDeliveryReads
  bulk: BulkReads
  recordedRooms: RecordedRoomReads
  operators: OperatorReads
  doctor: DoctorReads
  operatorCommands: OperatorCommandReads
  quotas: QuotaReads
}

/** What a write may use, inside its transaction. */
export interface WriteStore extends ReadStore {
  apps: AppStore
  users: UserStore
  deletions: UserDeletionStore
  userAttributes: UserAttributeStore
  rooms: RoomStore
  dissolved: DissolvedStore
  lifecycles: LifecycleStore
  roomFiles: RoomFileStore
  members: MemberStore
  lists: ListStore
  appMutes: AppMuteStore
  attributes: AttributeStore
  superAdmins: SuperAdminStore
  events: EventStore
  presence: PresenceStore
  messages: MessageStore
  reports: ReportStore
  pins: PinStore
  keywords: KeywordStore
  callbacks: CallbackStore
  callbackDelivery: CallbackDeliveryStore
  bulk: BulkStore
  recordedRooms: RecordedRoomStore
  operators: OperatorStore
  doctor: DoctorStore
  operatorCommands: OperatorCommandStore
  quotas: QuotaStore
  rates: RateStore
  retries: RetryStore
  /** A new room id: a decimal text of 15 or 16 digits below 2^53, later ones larger, never given twice. */
  newId(): Awaitable<string>
}

/** The store on a connection or inside a transaction; `newId` draws room ids. */
export const storeOn = (db: Database, newId: WriteStore['newId']): WriteStore => ({
  clock: storeClock(db),
  apps: appStore(db),
  users: userStore(db),
  deletions: userDeletionStore(db),
  userAttributes: userAttributeStore(db),
  rooms: roomStore(db),
  dissolved: dissolvedStore(db),
  lifecycles: lifecycleStore(db),
  roomFiles: roomFileStore(db),
  quotas: quotaStore(db),
  members: memberStore(db),
  lists: listStore(db),
  appMutes: appMuteStore(db),
  attributes: attributeStore(db),
  superAdmins: superAdminStore(db),
  rates: rateStore(db),
  events: eventStore(db),
  presence: presenceStore(db),
  messages: messageStore(db),
  reports: reportStore(db),
  pins: pinStore(db),
  keywords: keywordStore(db),
  retries: retryStore(db),
  callbacks: callbackStore(db),
  callbackDelivery: callbackDeliveryStore(db),
  bulk: bulkStore(db),
  recordedRooms: recordedRoomStore(db),
  operators: operatorStore(db),
  doctor: doctorStore(db),
  operatorCommands: operatorCommandStore(db),
  newId,
})
