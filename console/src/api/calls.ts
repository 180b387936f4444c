import { queryOptions } from '@tanstack/react-query'

interface Description {
  paths: Record<string, Record<string, { operationId?: string; summary?: string; deprecated?: boolean }>>
}

/** Every call of the API with what it does, in the language of the console. */
export const callsQuery = (locale: string) =>
  queryOptions({
    queryKey: ['calls', locale],
    staleTime: Number.POSITIVE_INFINITY,
    async queryFn() {
      const response = await fetch(`/openapi.json?lang=${locale === 'zh-CN' ? 'zh' : 'en'}`)
      const { paths }: Description = await response.json()
      const calls = Object.entries(paths)
        .filter(([path]) => path.startsWith('/{org_name}/'))
        .flatMap(([, methods]) => Object.values(methods))
        .flatMap(({ operationId: id, summary = '' }) => (id ? [[id, summary] as const] : []))
      return new Map(calls)
    },
  })
