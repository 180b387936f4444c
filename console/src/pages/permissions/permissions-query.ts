import { queryOptions } from '@tanstack/react-query'
import { consoleCall } from '../../api/client.ts'
import type { Permission } from './columns.ts'

/** Who may do what: it is declared in the server, and changes with its version alone. */
export const permissionsQuery = queryOptions({
  queryKey: ['permissions'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async () => (await consoleCall<{ permissions: Permission[] }>('GET', 'permissions')).permissions,
})
