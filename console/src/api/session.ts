import { queryOptions, useQuery, useQueryClient } from '@tanstack/react-query'
import { consoleCall, isRefusal, keepCsrfToken } from './client.ts'

export type OperatorRole = 'viewer' | 'moderator' | 'admin'

export interface Session {
  operator: { name: string; role: OperatorRole }
  csrf_token: string
  /** Nobody has used the server yet. */
  first_start: boolean
}

async function readSession(): Promise<Session | null> {
  try {
    const session = await consoleCall<Session>('GET', 'session')
    keepCsrfToken(session.csrf_token)
    return session
  } catch (error) {
    if (isRefusal(error, 401)) return null
    throw error
  }
}

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: readSession,
  staleTime: Number.POSITIVE_INFINITY,
})

/** The operator who is signed in. */
export function useOperator(): Session['operator'] {
  const { data } = useQuery(sessionQuery)
  return data?.operator ?? { name: '', role: 'viewer' }
}

/** Whether the operator may do what needs this role. */
export function useMay(): (role: OperatorRole) => boolean {
  const { role } = useOperator()
  const order = ['viewer', 'moderator', 'admin']
  return (needed) => order.indexOf(role) >= order.indexOf(needed)
}

/** Reads everything again as whoever is signed in now. */
export function useSessionChanged(): () => Promise<void> {
  const queries = useQueryClient()
  return async () => {
    queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'session' })
    await queries.fetchQuery({ ...sessionQuery, staleTime: 0 })
  }
}
