import { useLingui } from '@lingui/react/macro'
import type { OperatorRole } from '../api/session.ts'

export function useRoleNames(): Record<OperatorRole, string> {
  const { t } = useLingui()
  return { viewer: t`Viewer`, moderator: t`Moderator`, admin: t`Administrator` }
}
