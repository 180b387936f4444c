import { useLingui } from '@lingui/react/macro'
import { useRef } from 'react'
import { Scroller } from '../../ui/scroller.tsx'
import { Badge } from '../../ui/states.tsx'
import { CallText } from './call-text.tsx'
import { type Column, type Permission, rightOf } from './columns.ts'

interface Props {
  groups: readonly [string, Permission[]][]
  columns: readonly Column[]
}

/** Calls below each other, each with those who may make it: for a narrow screen. */
export function PermissionList({ groups, columns }: Props) {
  const { t } = useLingui()
  const place = useRef<HTMLElement>(null)
  return (
    <Scroller ref={place} label={t`Permissions`} className="min-h-0 overflow-auto">
      {groups.map(([group, permissions]) => (
        <section key={group}>
          <h2 className="sticky top-0 border-b border-line bg-raised px-4 py-1.5 text-[13px] font-semibold">
            {group}
          </h2>
          <ul>
            {permissions.map((permission) => (
              <li key={permission.operation} className="border-b border-line px-4 py-2.5">
                <CallText permission={permission} />
                <Holders permission={permission} columns={columns} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </Scroller>
  )
}

function Holders({ permission, columns }: { permission: Permission; columns: readonly Column[] }) {
  const { t } = useLingui()
  const held = columns.map((column) => ({ ...column, right: rightOf(permission, column) }))
  const least = held.find(({ isOperator, right }) => isOperator && right === 'yes')
  return (
    <span className="mt-1.5 flex flex-wrap gap-1">
      {held
        .filter(({ isOperator, right }) => !isOperator && right !== 'no')
        .map(({ id, title, right }) => (
          <Badge key={id} tone={right === 'own' ? 'warn' : 'good'}>
            {right === 'own' ? t`${title}: own only` : title}
          </Badge>
        ))}
      {least ? <Badge>{t`Console: ${least.title}`}</Badge> : null}
    </span>
  )
}
