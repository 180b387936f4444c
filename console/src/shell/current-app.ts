import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { useRoute } from 'wouter'
import { appsQuery, pathOf } from '../api/app.ts'
import type { AppPath } from '../api/client.ts'

const stored = 'chatroomd.app'

const keyOf = (app: AppPath): string => `${app.org_name}#${app.app_name}`

/** The app of the address; elsewhere the one that was looked at last, or the first. */
export function useCurrentApp(): { app: AppPath | undefined; page: string } {
  const { data: apps } = useQuery(appsQuery)
  const [isOfApp, params] = useRoute('/a/:org/:app/*?')
  const key = isOfApp ? keyOf({ org_name: params.org, app_name: params.app }) : ''
  useEffect(() => {
    if (key) localStorage.setItem(stored, key)
  }, [key])
  if (key) return { app: pathOf(key), page: params?.['*'] ?? '' }
  const last = apps?.find((app) => app.key === localStorage.getItem(stored)) ?? apps?.[0]
  return { app: last && pathOf(last.key), page: '' }
}
