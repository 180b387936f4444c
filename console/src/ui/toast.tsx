import { Toast } from '@base-ui/react/toast'
import { useLingui } from '@lingui/react/macro'
import { X } from 'lucide-react'

const manager = Toast.createToastManager()

/** How long something can be undone. */
export const undoMs = 10_000

interface Told {
  title: string
  detail?: string
  isProblem?: boolean
  action?: { text: string; run(): void }
  ms?: number
}

/** What was said last that asks for nothing: the next takes its place, so that they do not pile up over the page. */
let passing = ''

/** Says something in the corner; answers how to take it away. */
export function tell({ title, detail, isProblem, action, ms = 5000 }: Told): () => void {
  const isPassing = !action && !isProblem
  if (isPassing && passing) manager.close(passing)
  const id = manager.add({
    title,
    description: detail,
    timeout: ms,
    priority: isProblem ? 'high' : 'low',
    type: isProblem ? 'problem' : 'done',
    ...(action
      ? {
          actionProps: {
            children: action.text,
            onClick() {
              manager.close(id)
              action.run()
            },
          },
        }
      : {}),
  })
  if (isPassing) passing = id
  return () => manager.close(id)
}

export function tellProblem(error: unknown): void {
  tell({ title: error instanceof Error ? error.message : String(error), isProblem: true, ms: 8000 })
}

function List() {
  const { t } = useLingui()
  const { toasts } = Toast.useToastManager()
  return toasts.map((toast) => (
    <Toast.Root
      key={toast.id}
      data-toast=""
      toast={toast}
      className={`mt-2 rounded-lg border bg-panel shadow-xl transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0 ${toast.type === 'problem' ? 'border-danger' : 'border-line'}`}
    >
      <Toast.Content className="flex items-center gap-2 py-2 pr-2 pl-3">
        <div className="min-w-0 flex-1 break-words">
          <Toast.Title className="text-sm font-medium" />
          <Toast.Description className="text-xs text-dim" />
        </div>
        {toast.actionProps ? (
          <Toast.Action className="h-8 shrink-0 rounded-md bg-accent-soft px-2.5 text-[13px] font-semibold text-accent" />
        ) : null}
        <Toast.Close
          aria-label={t`Close`}
          className="inline-flex size-8 shrink-0 items-center justify-center rounded-md text-dim hover:bg-raised"
        >
          <X size={14} aria-hidden="true" />
        </Toast.Close>
      </Toast.Content>
    </Toast.Root>
  ))
}

export function Toasts() {
  return (
    <Toast.Provider toastManager={manager} limit={5}>
      <Toast.Portal>
        <Toast.Viewport className="fixed inset-x-3 bottom-3 z-60 flex flex-col sm:left-auto sm:w-96">
          <List />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  )
}
