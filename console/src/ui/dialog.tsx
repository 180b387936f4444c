import { Dialog as Base } from '@base-ui/react/dialog'
import { useLingui } from '@lingui/react/macro'
import { X } from 'lucide-react'
import { type FormEvent, type ReactNode, useState } from 'react'
import { Button } from './button.tsx'
import { Field, Input } from './field.tsx'
import { Problem } from './states.tsx'

interface DialogProps {
  open: boolean
  onClose(): void
  title: string
  children: ReactNode
  wide?: boolean
}

export function Dialog({ open, onClose, title, children, wide }: DialogProps) {
  const { t } = useLingui()
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-black/45 transition-opacity data-ending-style:opacity-0 data-starting-style:opacity-0" />
        <Base.Popup
          className={`fixed inset-x-0 bottom-0 z-50 mx-auto flex max-h-[90dvh] flex-col rounded-t-xl border border-line bg-panel shadow-2xl outline-none transition-[opacity,translate] data-ending-style:translate-y-2 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0 sm:top-[12vh] sm:bottom-auto sm:max-h-[76vh] sm:rounded-xl ${wide ? 'max-w-2xl' : 'max-w-md'}`}
        >
          <div className="flex items-center justify-between gap-2 border-b border-line px-4 py-2.5">
            <Base.Title className="text-base font-semibold">{title}</Base.Title>
            <Base.Close
              aria-label={t`Close`}
              className="inline-flex size-8 items-center justify-center rounded-md text-dim hover:bg-raised"
            >
              <X size={16} aria-hidden="true" />
            </Base.Close>
          </div>
          <div className="overflow-y-auto p-4">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  )
}

interface FormDialogProps extends DialogProps {
  action: string
  isDanger?: boolean
  /** Closes when it is done; what it throws is shown in the dialog. */
  onSubmit(): Promise<unknown>
  /** What is done shows more, instead of closing. */
  staysOpen?: boolean
  /** What must be typed before it can be done. */
  typed?: string
}

/** A dialog that asks for something and does it. */
export function FormDialog({
  action,
  isDanger,
  onSubmit,
  staysOpen,
  typed,
  children,
  ...dialog
}: FormDialogProps) {
  const { t } = useLingui()
  const [error, setError] = useState<unknown>()
  const [isBusy, setBusy] = useState(false)
  const [text, setText] = useState('')

  function close(): void {
    setError(undefined)
    setText('')
    dialog.onClose()
  }

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    setBusy(true)
    try {
      await onSubmit()
      if (!staysOpen) close()
    } catch (problem) {
      setError(problem)
    } finally {
      setBusy(false)
    }
  }

  return (
    <Dialog {...dialog} onClose={close}>
      <form onSubmit={submit} className="flex flex-col gap-4">
        {children}
        {typed === undefined ? null : (
          <Field label={t`Type “${typed}” to go on`}>
            <Input value={text} onValueChange={setText} autoComplete="off" spellCheck={false} />
          </Field>
        )}
        {error ? <Problem error={error} /> : null}
        <div className="flex justify-end gap-2">
          <Button type="button" onClick={close}>{t`Cancel`}</Button>
          <Button
            type="submit"
            look={isDanger ? 'danger' : 'accent'}
            disabled={isBusy || (typed !== undefined && text !== typed)}
          >
            {action}
          </Button>
        </div>
      </form>
    </Dialog>
  )
}
