import { hostname } from 'node:os'
import { theApp } from '../domain/event.ts'
import type { Engine } from '../engine/engine-types.ts'
import { recordCommand } from '../operations/operators/record-command.ts'

/** Commands that change something, and are recorded with the app or operator that they are about. */
const recorded = new Set<string>([
  'createApp',
  'changeApp',
  'closeApp',
  'rotateSecret',
  'dropSecret',
  'createUser',
  'issueToken',
  'addOperator',
  'removeOperator',
  'setOperatorPassword',
  'setOperatorRole',
])

const subjectOf = ([first]: unknown[]): string =>
  String(typeof first === 'object' && first !== null && 'key' in first ? first.key : first)

/** Who runs this process, and where: who became root by sudo is named; jobs and containers may have a number alone. */
export function actorHere(): string {
  const { SUDO_USER, USER, LOGNAME } = process.env
  return `${SUDO_USER || USER || LOGNAME || `uid ${process.getuid?.() ?? '?'}`}@${hostname()}`
}

/** What becomes of a command that has changed something. */
interface Told {
  done?(command: { call: string; of: string; by: string }): void
  /** It was done, and is not in the store. */
  notRecorded(error: unknown): void
}

/** Records in the store what a command has changed. */
export const recordingCommands =
  (commit: Engine['commit'], { done, notRecorded }: Told) =>
  async (call: string, args: unknown[], by: string): Promise<void> => {
    if (!recorded.has(call) || (call === 'issueToken' && args[2] === true)) return
    const of = subjectOf(args)
    done?.({ call, of, by })
    await commit(0, theApp, recordCommand, { command: call, subject: of, actor: by }).catch(notRecorded)
  }

/** Records each command that has succeeded. */
export function recordedAdmin<Admin extends object>(admin: Admin, commit: Engine['commit']): Admin {
  const record = recordingCommands(commit, {
    notRecorded: (error) => process.stderr.write(`This was done, but not recorded: ${error}\n`),
  })
  return new Proxy(admin, {
    get: (_, name) => {
      const run = admin[name as keyof Admin] as (...args: unknown[]) => Promise<unknown>
      return async (...args: unknown[]) => {
        const result = await run(...args)
        await record(String(name), args, actorHere())
        return result
      }
    },
  })
}
