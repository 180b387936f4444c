import { useLingui } from '@lingui/react/macro'
import { useQueryClient } from '@tanstack/react-query'
import { CircleUser } from 'lucide-react'
import { consoleCall } from '../api/client.ts'
import { sessionQuery, useOperator } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { Menu, MenuGroup, MenuItem } from '../ui/menu.tsx'
import { tellProblem } from '../ui/toast.tsx'
import { useRoleNames } from './roles.ts'

/** Who is signed in, and how to leave. */
export function OperatorMenu() {
  const { t } = useLingui()
  const { name, role } = useOperator()
  const roles = useRoleNames()
  const queries = useQueryClient()

  async function leave(path: 'session' | 'sessions'): Promise<void> {
    try {
      await consoleCall('DELETE', path)
      queries.setQueryData(sessionQuery.queryKey, null)
      queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
    } catch (error) {
      tellProblem(error)
    }
  }

  return (
    <Menu
      trigger={
        <Button look="quiet" aria-label={t`Signed in as ${name}`}>
          <CircleUser size={17} aria-hidden="true" />
          <span className="hidden max-w-32 truncate sm:inline">{name}</span>
        </Button>
      }
    >
      <MenuGroup title={`${name} · ${roles[role]}`}>
        <MenuItem onClick={() => leave('session')}>{t`Sign out`}</MenuItem>
        <MenuItem onClick={() => leave('sessions')}>{t`Sign out everywhere`}</MenuItem>
      </MenuGroup>
    </Menu>
  )
}
