import type { Database } from './database.ts'
import { start } from './migrations/0001-start.ts'
import { appVersions } from './migrations/0002-app-versions.ts'
import { quotas } from './migrations/0003-quotas.ts'
import { roles } from './migrations/0004-roles.ts'
import { rates } from './migrations/0005-rates.ts'
import { audit } from './migrations/0006-audit.ts'
import { presence } from './migrations/0007-presence.ts'
import { usedIds } from './migrations/0008-used-ids.ts'
import { userAttributes } from './migrations/0009-user-attributes.ts'
import { appSecrets } from './migrations/0010-app-secrets.ts'
import { messages } from './migrations/0011-messages.ts'
import { presenceDevices } from './migrations/0012-presence-devices.ts'
import { events } from './migrations/0013-events.ts'
import { roomFiles } from './migrations/0014-room-files.ts'
import { disabledRooms } from './migrations/0015-disabled-rooms.ts'
import { appMutes } from './migrations/0016-app-mutes.ts'
import { reports } from './migrations/0017-reports.ts'
import { history } from './migrations/0018-history.ts'
import { pins } from './migrations/0019-pins.ts'
import { callbacks } from './migrations/0022-callbacks.ts'
import { removedEvents } from './migrations/0025-removed-events.ts'
import { askedBefore } from './migrations/0026-asked-before.ts'
import { keywords } from './migrations/0027-keywords.ts'
import { slowModeAndBans } from './migrations/0028-slow-mode-and-bans.ts'
import { reportStates } from './migrations/0029-report-states.ts'
import { retries } from './migrations/0031-retries.ts'
import { userUuids } from './migrations/0032-user-uuids.ts'
import { recordedRooms } from './migrations/0033-recorded-rooms.ts'
import { findingRooms } from './migrations/0035-finding-rooms.ts'
import { bulk } from './migrations/0036-bulk.ts'
import { lifecycles } from './migrations/0038-lifecycles.ts'
import { dissolvedRooms } from './migrations/0040-dissolved-rooms.ts'
import { operators } from './migrations/0043-operators.ts'
import { doctorRuns } from './migrations/0045-doctor-runs.ts'
import { quotaWarnings } from './migrations/0046-quota-warnings.ts'

import { userDeletions } from './migrations/0047-user-deletions.ts'
import { bulkNames } from './migrations/0048-bulk-names.ts'
import { previousSecrets } from './migrations/0052-previous-secrets.ts'
import { callbackBodies } from './migrations/0053-callback-bodies.ts'

import { operatorCommands } from './migrations/0054-operator-commands.ts'
import { messagesBySender } from './migrations/0057-messages-by-sender.ts'

/** One for each version of the schema, in their order; each gives its statements. */
export const migrations = [
  start,
  appVersions,
  quotas,
  roles,
  rates,
  audit,
  presence,
  usedIds,
  userAttributes,
  appSecrets,
  messages,
  presenceDevices,
  events,
  roomFiles,
  disabledRooms,
  appMutes,
  reports,
  history,
  keywords,
  slowModeAndBans,
  reportStates,
  pins,
  retries,
  removedEvents,
  callbacks,
  askedBefore,
  userUuids,
  recordedRooms,
  findingRooms,
  dissolvedRooms,
  operators,
  lifecycles,
  doctorRuns,
  bulk,
  quotaWarnings,
  userDeletions,
  previousSecrets,
  callbackBodies,
  bulkNames,
  messagesBySender,
  operatorCommands,
]

/** The version of the schema that this program writes. */
export const schemaVersion = migrations.length

/** Fails when data of this version come from a newer program. */
export function checkVersion(version: number): void {
  if (version > schemaVersion) {
    throw new Error(
      `the data have schema version ${version}, this chatroomd knows ${schemaVersion}: they come from a newer chatroomd. ` +
        'Start that version, or restore a backup made before the upgrade. Nothing was changed.',
    )
  }
}

/**
 * Brings an opened database, inside one transaction, to this program's schema. `version` is what the data have now.
 * Fails, and changes nothing, when they come from a newer program.
 */
export async function migrate(db: Database, version: number): Promise<void> {
  checkVersion(version)
  for (const migration of migrations.slice(version)) {
    for (const statement of migration(db)) await db.run(statement)
  }
}

/** Any number: whoever brings the schema up to date holds it, so that nodes that start together do so one by one. */
const migrationLock = 7_362_517_001

/** As `migrate`, with the version stored in a table. */
export async function migratePostgres(db: Database): Promise<void> {
  await db.run(`select pg_advisory_xact_lock(${migrationLock})`)
  await db.run(`create table if not exists schema_version (version integer not null)`)
  const row = await db.get<{ version: number }>(`select version from schema_version`)
  if (row?.version === schemaVersion) return
  await migrate(db, row?.version ?? 0)
  await db.run(
    row ? `update schema_version set version = ?1` : `insert into schema_version values (?1)`,
    schemaVersion,
  )
}
