import type { Database } from './database.ts'

export interface NodeReads {
  /** Nodes that have not renewed their number before `now`. */
  expiredNodes(now: number): Promise<number[]>
  hasNodes(): Promise<boolean>
}

/** The numbers of processes, and until when each has its own. Times in Unix ms. */
export interface NodeStore extends NodeReads {
  /** Takes a number for a process until `expiresMs`; false when another has it. */
  takeNode(number: number, process: string, expiresMs: number): Promise<boolean>
  /** False when the number is no longer this process's. */
  renewNode(number: number, process: string, expiresMs: number): Promise<boolean>
  /** Removes a node; whoever was connected to it leaves at `leavesMs`. */
  removeNode(number: number, leavesMs: number): Promise<void>
}

/** Reads and writes the table `nodes`. */
export function nodeStore(db: Database): NodeStore {
  return {
    async takeNode(number, process, expiresMs) {
      const sql = `insert into nodes (number, process, expires) values (?1, ?2, ?3) on conflict do nothing`
      return (await db.run(sql, number, process, expiresMs)) === 1
    },

    async renewNode(number, process, expiresMs) {
      const sql = `update nodes set expires = ?3 where number = ?1 and process = ?2`
      return (await db.run(sql, number, process, expiresMs)) === 1
    },

    async expiredNodes(now) {
      const rows = await db.all<{ number: number }>(
        `select number from nodes where expires < ?1 order by number`,
        now,
      )
      return rows.map((row) => row.number)
    },

    async hasNodes() {
      return (await db.get(`select 1 from nodes limit 1`)) !== undefined
    },

    async removeNode(number, leavesMs) {
      await db.run(`update presence set leaves = ?2 where node = ?1 and leaves is null`, number, leavesMs)
      await db.run(`delete from nodes where number = ?1`, number)
    },
  }
}
