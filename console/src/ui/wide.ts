import { useSyncExternalStore } from 'react'

const wide = matchMedia('(min-width: 64rem)')

function listen(heard: () => void): () => void {
  wide.addEventListener('change', heard)
  return () => wide.removeEventListener('change', heard)
}

/** Whether two columns have room beside each other. */
export const useIsWide = (): boolean => useSyncExternalStore(listen, () => wide.matches)
