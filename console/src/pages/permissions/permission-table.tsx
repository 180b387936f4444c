import { useLingui } from '@lingui/react/macro'
import { Check } from 'lucide-react'
import { useRef } from 'react'
import { Scroller } from '../../ui/scroller.tsx'
import { CallText } from './call-text.tsx'
import { type Column, type Permission, type Right, rightOf } from './columns.ts'

interface Props {
  groups: readonly [string, Permission[]][]
  columns: readonly Column[]
  /** The column that is looked for. */
  chosen: Column | undefined
}

function Mark({ right }: { right: Right }) {
  const { t } = useLingui()
  if (right === 'own') return <span className="text-xs font-medium text-warn">{t`own only`}</span>
  if (right === 'no') return <span className="text-dim">–</span>
  return <Check size={16} role="img" aria-label={t`yes`} className="inline text-good" />
}

const headClass = 'border-b border-line bg-panel px-1 py-1.5 text-center text-xs font-medium text-dim'

/** Calls beside each other with all callers. */
export function PermissionTable({ groups, columns, chosen }: Props) {
  const { t } = useLingui()
  const place = useRef<HTMLElement>(null)
  const first = columns.findIndex(({ isOperator }) => isOperator)
  const edge = (index: number): string => (index === first ? 'border-l' : '')
  return (
    <Scroller ref={place} label={t`Permissions`} className="min-h-0 overflow-auto">
      <table className="w-full table-fixed border-separate border-spacing-0">
        <colgroup>
          <col />
          {columns.map(({ id }) => (
            <col key={id} className="w-[4.75rem]" />
          ))}
        </colgroup>
        <thead className="sticky top-0 z-10">
          <tr>
            <th scope="col" rowSpan={2} className={`${headClass} px-4! text-left! align-bottom`}>
              {t`Call`}
            </th>
            <th scope="colgroup" colSpan={first} className={`${headClass} border-b-0! pb-0!`}>
              {t`Callers of the app`}
            </th>
            <th
              scope="colgroup"
              colSpan={columns.length - first}
              className={`${headClass} border-b-0! border-l pb-0!`}
            >
              {t`Console`}
            </th>
          </tr>
          <tr>
            {columns.map(({ id, title }, index) => (
              <th
                key={id}
                scope="col"
                className={`${headClass} align-bottom ${edge(index)} ${id === chosen?.id ? 'text-accent!' : ''}`}
              >
                {title}
              </th>
            ))}
          </tr>
        </thead>
        {groups.map(([group, permissions]) => (
          <tbody key={group}>
            <tr>
              <th
                scope="rowgroup"
                colSpan={columns.length + 1}
                className="border-b border-line bg-raised px-4 py-1.5 text-left text-[13px] font-semibold"
              >
                {group}
              </th>
            </tr>
            {permissions.map((permission) => (
              <tr key={permission.operation} className="hover:bg-raised">
                <th scope="row" className="border-b border-line px-4 py-2 text-left font-normal">
                  <CallText permission={permission} />
                </th>
                {columns.map((column, index) => (
                  <td
                    key={column.id}
                    className={`border-b border-line px-1 text-center ${edge(index)} ${column.id === chosen?.id ? 'bg-accent-soft' : ''}`}
                  >
                    <Mark right={rightOf(permission, column)} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        ))}
      </table>
    </Scroller>
  )
}
