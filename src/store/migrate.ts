import type { Database } from './database.ts'
import { start } from './migrations/0001-start.ts'

const migrations = [start]

/** The version of the schema that this program writes. */
export const schemaVersion = migrations.length

/**
 * Brings an opened database, inside one transaction, to this program's schema. `version` is what the data have now.
 * Fails, and changes nothing, when they come from a newer program.
 */
export async function migrate(db: Database, version: number): Promise<void> {
  if (version > schemaVersion) {
    throw new Error(
      `the data have schema version ${version}, this chatroomd knows ${schemaVersion}: they come from a newer chatroomd. ` +
        'Start that version, or restore a backup made before the upgrade. Nothing was changed.',
    )
  }
  for (const migration of migrations.slice(version)) {
    for (const statement of migration(db)) await db.run(statement)
  }
}
