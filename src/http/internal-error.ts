import { failure } from '../domain/failures.ts'

/** What was not foreseen: logged in full; the client gets one neutral line. */
export const internalError = failure(
  'internal_error',
  'Internal error; the server log has more under this request id',
  { en: 'something that nobody foresaw', zh: '未预料到的错误' },
)
