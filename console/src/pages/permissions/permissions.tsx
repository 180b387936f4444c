import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { KeyRound } from 'lucide-react'
import { useMemo } from 'react'
import { Select } from '../../ui/field.tsx'
import { Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { SearchBox } from '../../ui/search-box.tsx'
import { Empty, Loading, Problem } from '../../ui/states.tsx'
import { useIsWide } from '../../ui/wide.ts'
import { type Column, type Permission, rightOf, useColumns } from './columns.ts'
import { PermissionList } from './permission-list.tsx'
import { PermissionTable } from './permission-table.tsx'
import { permissionsQuery } from './permissions-query.ts'

/** What is found, by the group that it belongs to. */
function grouped(all: readonly Permission[], locale: string, search: string, column: Column | undefined) {
  const wanted = search.trim().toLowerCase()
  const groups = new Map<string, Permission[]>()
  for (const permission of all) {
    const { operation, call, summary, group } = permission
    const name = locale === 'zh-CN' ? group.zh : group.en
    const text = `${operation} ${call} ${summary.en} ${summary.zh} ${name}`.toLowerCase()
    if (!text.includes(wanted) || (column && rightOf(permission, column) === 'no')) continue
    groups.set(name, [...(groups.get(name) ?? []), permission])
  }
  return [...groups]
}

/** Who may do what: the declarations that the server itself goes by. */
export function Permissions() {
  const { t, i18n } = useLingui()
  const isWide = useIsWide()
  const [search] = useParam('q')
  const [as, setAs] = useParam('as')
  const columns = useColumns()
  const column = columns.find(({ id }) => id === as)
  const { data, error, refetch } = useQuery(permissionsQuery)
  const groups = useMemo(
    () => data && grouped(data, i18n.locale, search, column),
    [data, i18n.locale, search, column],
  )
  return (
    <Page
      isFull
      title={t`Permissions`}
      lead={t`Who may make which call. The server decides by this very table, in every app.`}
      actions={
        <>
          <Select
            bare
            label={t`Who`}
            value={column ? as : ''}
            onChange={setAs}
            options={[
              ['', t`Everybody`],
              ...columns.map(({ id, title, isOperator }): [string, string] => [
                id,
                isOperator ? t`Console: ${title}` : title,
              ]),
            ]}
          />
          <SearchBox label={t`Find a call`} />
        </>
      }
    >
      <div className="flex min-h-0 flex-1 flex-col overflow-hidden rounded-lg border border-line bg-panel">
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {groups || error ? null : <Loading rows={12} />}
        {groups?.length === 0 ? <Empty icon={KeyRound} title={t`No call is found.`} /> : null}
        {groups && groups.length > 0 ? (
          isWide ? (
            <PermissionTable groups={groups} columns={columns} chosen={column} />
          ) : (
            <PermissionList groups={groups} columns={columns} />
          )
        ) : null}
      </div>
    </Page>
  )
}
