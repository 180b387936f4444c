import { limits } from '../../domain/limits.ts'
import type { OperatorCommand } from '../../store/operator-commands.ts'
import { appOnly } from '../allowed.ts'
import { write } from '../operation.ts'

/** Records that a command of an operator has changed something, and removes records that are over. */
export const recordCommand = write({
  id: 'recordCommand',
  allowed: appOnly,

  async run({ store, now }, command: Omit<OperatorCommand, 'atMs'>) {
    await store.operatorCommands.add({ atMs: now, ...command })
    await store.operatorCommands.removeBefore(now - limits.operatorCommandTime.value)
  },
})
