import { useSyncExternalStore } from 'react'

export type Theme = 'light' | 'dark' | 'system'

const stored = 'chatroomd.theme'
const dark = matchMedia('(prefers-color-scheme: dark)')
const listeners = new Set<() => void>()

function chosenTheme(): Theme {
  const chosen = localStorage.getItem(stored)
  return chosen === 'light' || chosen === 'dark' ? chosen : 'system'
}

const isDark = (): boolean => chosenTheme() === 'dark' || (chosenTheme() === 'system' && dark.matches)

export function followTheme(): void {
  document.documentElement.dataset.theme = isDark() ? 'dark' : 'light'
  for (const heard of listeners) heard()
}

export function chooseTheme(theme: Theme): void {
  localStorage.setItem(stored, theme)
  followTheme()
}

dark.addEventListener('change', followTheme)

function listen(heard: () => void): () => void {
  listeners.add(heard)
  return () => listeners.delete(heard)
}

export const useTheme = (): Theme => useSyncExternalStore(listen, chosenTheme)
/** What is shown, whoever chose it: for what draws with colours of its own. */
export const useIsDark = (): boolean => useSyncExternalStore(listen, isDark)
