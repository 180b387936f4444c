import { useQuery } from '@tanstack/react-query'
import type { HeardFigures } from '../../../../src/domain/node-figures.ts'
import { consoleCall } from '../../api/client.ts'

export type Node = HeardFigures

export interface Sample {
  at: number
  nodes: Node[]
}

const everyMs = 2000

/** Ten minutes. */
const kept = 300

/** What was seen since the console was opened: it goes on while one looks at other pages. */
const samples: Sample[] = []

/** The figures of the nodes, live. */
export function useFigures() {
  return useQuery({
    queryKey: ['overview'],
    async queryFn() {
      const { nodes } = await consoleCall<{ nodes: Node[] }>('GET', 'overview')
      samples.push({ at: Date.now(), nodes })
      if (samples.length > kept) samples.shift()
      return [...samples]
    },
    refetchInterval: everyMs,
    structuralSharing: false,
  })
}
