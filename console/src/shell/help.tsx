import { useLingui } from '@lingui/react/macro'
import { Dialog } from '../ui/dialog.tsx'

/** Every key that does something. */
export function Help({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useLingui()
  const keys = [
    ['Ctrl K / ⌘ K', t`Go anywhere, do anything`],
    ['/', t`Search on this page`],
    ['j  k', t`Next and previous row`],
    ['Enter', t`Open the row`],
    ['x', t`Select the row`],
    ['?', t`This list`],
    ['Esc', t`Close`],
  ]
  return (
    <Dialog open={open} onClose={onClose} title={t`Keyboard`}>
      <dl className="grid grid-cols-[auto_1fr] items-center gap-x-4 gap-y-2">
        {keys.map(([key, meaning]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border border-line bg-raised px-1.5 py-0.5 font-mono text-xs">
                {key}
              </kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}
