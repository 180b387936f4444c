import { failure } from '../../domain/failures.ts'

/** What every client SDK takes for a feature that is not enabled. */
export const serviceNotOpen = failure('forbidden_op', 'service not open!', {
  en: 'the feature is not served',
  zh: '不提供该功能',
  lift: { en: 'nothing changes that: this server has no such feature', zh: '无法解除：本服务器没有该功能' },
})
