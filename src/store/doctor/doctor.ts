import type { Database } from '../database.ts'
import { appCheck } from './apps.ts'
import type { Check, Key, Mended } from './check.ts'
import { eventChecks } from './events.ts'
import { fileCheck } from './files.ts'
import { indexCheck } from './indexes.ts'
import { integrityCheck } from './integrity.ts'
import { orphanChecks } from './orphans.ts'
import { quotaCheck } from './quotas.ts'
import { copyChecks, roomChecks } from './rooms.ts'

/** Everything that is checked in the store, in an order in which what is mended first leaves nothing to what follows. */
export const checks: Check[] = [
  integrityCheck,
  indexCheck,
  appCheck,
  ...orphanChecks,
  fileCheck,
  ...roomChecks,
  quotaCheck,
  ...copyChecks,
  ...eventChecks,
]

/** Findings of the last run by check, and when that was (Unix ms). */
export interface DoctorRun {
  atMs: number
  findings: Record<string, number>
}

export interface DoctorReads {
  lastRun(): Promise<DoctorRun | undefined>
}

export interface DoctorStore extends DoctorReads {
  /** Mends what a check has found, as far as it is still wrong. */
  mend(check: string, key: Key): Promise<Mended>
  setLastRun(run: DoctorRun): Promise<void>
}

/** Mends findings, and reads and writes the table `doctor_runs`. */
export const doctorStore = (db: Database): DoctorStore => ({
  async lastRun() {
    const row = await db.get<{ at: number; findings: string }>(`select at, findings from doctor_runs`)
    return row && { atMs: row.at, findings: JSON.parse(row.findings) }
  },

  async setLastRun({ atMs, findings }) {
    await db.run(`delete from doctor_runs`)
    await db.run(`insert into doctor_runs (at, findings) values (?1, ?2)`, atMs, JSON.stringify(findings))
  },

  mend: async (name, key) => (await checks.find((check) => check.name === name)?.mend?.(db, key)) ?? 'right',
})
