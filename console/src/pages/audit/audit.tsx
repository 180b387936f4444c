import { useLingui } from '@lingui/react/macro'
import type { AppPageProps } from '../../pages.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { AuditList } from './audit-list.tsx'

export function Audit({ app }: AppPageProps) {
  const { t } = useLingui()
  return (
    <Page title={t`Audit trail`} lead={t`Who changed what in this app, the latest first.`}>
      <Card>
        <AuditList app={app} />
      </Card>
    </Page>
  )
}
