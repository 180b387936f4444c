import { queryOptions } from '@tanstack/react-query'

interface Described {
  operationId?: string
  summary?: string
  requestBody?: { content?: Record<string, { example?: unknown }> }
}

interface Description {
  paths: Record<string, Record<string, Described>>
}

/** Every call of the API, in the language of the console. */
const describedQuery = (locale: string) =>
  queryOptions({
    queryKey: ['calls', locale],
    staleTime: Number.POSITIVE_INFINITY,
    async queryFn() {
      const response = await fetch(`/openapi.json?lang=${locale === 'zh-CN' ? 'zh' : 'en'}`)
      const { paths }: Description = await response.json()
      return Object.entries(paths)
        .filter(([path]) => path.startsWith('/{org_name}/'))
        .flatMap(([, methods]) => Object.values(methods))
    },
  })

const summaries = (calls: readonly Described[]): Map<string, string> =>
  new Map(calls.flatMap(({ operationId: id, summary = '' }) => (id ? [[id, summary] as const] : [])))

/** Every call of the API with what it does. */
export const callsQuery = (locale: string) => ({ ...describedQuery(locale), select: summaries })

/** An example of the body of a call; undefined where it takes none. */
export const exampleQuery = (locale: string, id: string) => ({
  ...describedQuery(locale),
  select: (calls: readonly Described[]): unknown =>
    calls.find(({ operationId }) => operationId === id)?.requestBody?.content?.['application/json']
      ?.example ?? null,
})
