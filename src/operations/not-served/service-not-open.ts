import { failure } from '../../domain/failures.ts'

/** When calls of a feature fail that this server does not have. */
export const isNotServed = {
  en: 'the feature is not served',
  zh: '不提供该功能',
  lift: { en: 'nothing changes that: this server has no such feature', zh: '无法解除：本服务器没有该功能' },
}

/** What every client SDK takes for a feature that is not enabled. */
export const serviceNotOpen = failure('forbidden_op', 'service not open!', isNotServed)
