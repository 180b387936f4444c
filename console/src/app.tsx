import { i18n } from '@lingui/core'
import { I18nProvider } from '@lingui/react'
import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query'
import { Router, useRoute } from 'wouter'
import { isRefusal, whenSignedOut } from './api/client.ts'
import { sessionQuery } from './api/session.ts'
import { Pages } from './pages.tsx'
import { Shell } from './shell/shell.tsx'
import { Setup, SignIn } from './shell/sign-in.tsx'
import { Problem } from './ui/states.tsx'
import { Toasts } from './ui/toast.tsx'

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5000,
      retry: (count, error) => count < 2 && !(error instanceof Error && 'status' in error),
    },
  },
})

whenSignedOut(() => {
  if (queries.getQueryData(sessionQuery.queryKey)) queries.setQueryData(sessionQuery.queryKey, null)
})

function Console() {
  const { data: session, error, refetch } = useQuery(sessionQuery)
  const [isSetup] = useRoute('/setup')
  if (isSetup) return <Setup />
  if (error && !isRefusal(error, 401)) {
    return (
      <main className="p-4">
        <Problem error={error} onRetry={refetch} />
      </main>
    )
  }
  if (session === undefined) return null
  if (session === null) return <SignIn />
  return (
    <Shell>
      <Pages />
    </Shell>
  )
}

export function App() {
  return (
    <I18nProvider i18n={i18n}>
      <QueryClientProvider client={queries}>
        <Router base="/console">
          <Console />
        </Router>
        <Toasts />
      </QueryClientProvider>
    </I18nProvider>
  )
}
