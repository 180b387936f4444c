import type { Awaitable, Database } from './database.ts'

/** A command of an operator that changed something. */
export interface OperatorCommand {
  atMs: number
  /** As the log of the server names it: `changeApp`. */
  command: string
  /** The app or operator that it was about. */
  subject: string
  /** Who ran it, and where: `root@host`. */
  actor: string
}

export interface OperatorCommandReads {
  /** The latest first. */
  latest(most: number): Awaitable<OperatorCommand[]>
}

export interface OperatorCommandStore extends OperatorCommandReads {
  add(command: OperatorCommand): Promise<void>
  removeBefore(ms: number): Promise<void>
}

export const operatorCommandStore = (db: Database): OperatorCommandStore => ({
  latest: (most) =>
    db.all<OperatorCommand>(
      `select at as "atMs", command, subject, actor from operator_commands order by at desc limit ?1`,
      most,
    ),

  async add({ atMs, command, subject, actor }) {
    await db.run(
      `insert into operator_commands (at, command, subject, actor) values (?1, ?2, ?3, ?4)`,
      atMs,
      command,
      subject,
      actor,
    )
  },

  async removeBefore(ms) {
    await db.run(`delete from operator_commands where at < ?1`, ms)
  },
})
