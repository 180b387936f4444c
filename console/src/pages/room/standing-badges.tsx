import { useLingui } from '@lingui/react/macro'
import { Badge } from '../../ui/states.tsx'
import type { Standing } from './standings.ts'

export function StandingBadges({ standing }: { standing: Standing }) {
  const { t } = useLingui()
  const { isOwner, isAdmin, isMuted, isBanned } = standing
  return (
    <>
      {isOwner ? <Badge tone="accent">{t`Owner`}</Badge> : null}
      {isAdmin ? <Badge tone="accent">{t`Admin`}</Badge> : null}
      {isMuted ? <Badge tone="warn">{t`Muted`}</Badge> : null}
      {isBanned ? <Badge tone="danger">{t`Banned`}</Badge> : null}
    </>
  )
}
