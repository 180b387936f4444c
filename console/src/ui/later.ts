import { useEffect, useState } from 'react'

const pauseMs = 200

/** What was typed, once one has stopped typing for a moment. */
export function useLater(typed: string): string {
  const [settled, setSettled] = useState(typed)
  useEffect(() => {
    const waiting = setTimeout(() => setSettled(typed), pauseMs)
    return () => clearTimeout(waiting)
  }, [typed])
  return settled
}
