import { getBulk, listBulk, listBulkRooms, stopBulk } from './read-bulk.ts'
import {
  addBulkItems,
  clearBulkItems,
  holdBulk,
  progressBulk,
  pruneBulk,
  releaseBulk,
  runBulkItem,
  settleBulkItems,
} from './run-bulk.ts'
import { startBulk } from './start-bulk.ts'

/** Jobs that do one thing to many rooms. */
export const bulkOperations = [
  startBulk,
  listBulk,
  getBulk,
  listBulkRooms,
  stopBulk,
  holdBulk,
  releaseBulk,
  addBulkItems,
  clearBulkItems,
  runBulkItem,
  settleBulkItems,
  progressBulk,
  pruneBulk,
]
