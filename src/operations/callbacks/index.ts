import type { Operation } from '../operation.ts'
import { changeCallback, createCallback, deleteCallback, getCallback, listCallbacks } from './callbacks.ts'
import {
  holdCallbacks,
  pruneCallbacks,
  recordActivity,
  releaseCallbacks,
  settleCallbacks,
} from './deliver.ts'
import {
  listCallbackDeliveries,
  listDeadCallbacks,
  replayCallbacks,
  retryDeadCallbacks,
} from './deliveries.ts'
import { resendCallback } from './resend.ts'
import { addCallbackSecret, removeCallbackSecret } from './secrets.ts'

/** Rules of callbacks, and their delivery. */
export const callbackOperations: readonly Operation[] = [
  createCallback,
  listCallbacks,
  getCallback,
  changeCallback,
  deleteCallback,
  addCallbackSecret,
  removeCallbackSecret,
  listCallbackDeliveries,
  listDeadCallbacks,
  retryDeadCallbacks,
  resendCallback,
  replayCallbacks,
  holdCallbacks,
  releaseCallbacks,
  settleCallbacks,
  recordActivity,
  pruneCallbacks,
]
