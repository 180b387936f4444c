import { useLingui } from '@lingui/react/macro'
import { Download } from 'lucide-react'
import { useState } from 'react'
import type { AppPath } from '../../api/client.ts'
import { Button } from '../../ui/button.tsx'
import { tellProblem } from '../../ui/toast.tsx'
import { exportRoom } from './export-room.ts'

/** Lets the browser store a file. */
function store(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

/** Everything of the room as a file. */
export function RoomExport({ app, room }: { app: AppPath; room: string }) {
  const { t, i18n } = useLingui()
  const [lines, setLines] = useState<number>()
  const count = i18n.number(lines ?? 0)

  async function run(): Promise<void> {
    setLines(0)
    try {
      store(await exportRoom(app, room, setLines), `room-${room}.jsonl`)
    } catch (error) {
      tellProblem(error)
    }
    setLines(undefined)
  }

  return (
    <section className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t border-line pt-4">
      <Button size="small" disabled={lines !== undefined} onClick={run}>
        <Download size={14} aria-hidden="true" />
        {t`Export`}
      </Button>
      <span role="status" className="min-w-0 flex-1 text-xs text-dim">
        {lines === undefined
          ? t`Settings, attributes, lists, members and history, as lines of JSON.`
          : t`Lines: ${count}`}
      </span>
    </section>
  )
}
