import { useLingui } from '@lingui/react/macro'
import { useMemo } from 'react'
import type { OperatorRole } from '../../api/session.ts'

export type Right = 'yes' | 'no' | 'own'

export interface Permission {
  operation: string
  call: string
  summary: { en: string; zh: string }
  group: { en: string; zh: string }
  rights: Record<string, Right>
  /** The least role of an operator. */
  operator: OperatorRole
  /** Whether the call that explains refusals takes it. */
  explained: boolean
  refusal: { status: number; word: string; text: string }
}

/** A kind of caller: of an app, or an operator of this console. */
export interface Column {
  id: string
  title: string
  isOperator: boolean
}

const operators = ['viewer', 'moderator', 'admin']

export function rightOf({ rights, operator }: Permission, { id, isOperator }: Column): Right {
  if (!isOperator) return rights[id] ?? 'no'
  return operators.indexOf(id.slice('console-'.length)) >= operators.indexOf(operator) ? 'yes' : 'no'
}

export function useColumns(): Column[] {
  const { t } = useLingui()
  return useMemo(() => {
    const of = (isOperator: boolean, columns: [id: string, title: string][]): Column[] =>
      columns.map(([id, title]) => ({ id, title, isOperator }))
    return [
      ...of(false, [
        ['app', t`App token`],
        ['superAdmin', t`Super admin`],
        ['owner', t`Owner`],
        ['admin', t`Admin`],
        ['member', t`Member`],
        ['other', t`Other user`],
      ]),
      ...of(true, [
        ['console-viewer', t`Viewer`],
        ['console-moderator', t`Moderator`],
        ['console-admin', t`Admin`],
      ]),
    ]
  }, [t])
}
