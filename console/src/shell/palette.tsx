import { Autocomplete } from '@base-ui/react/autocomplete'
import { Dialog } from '@base-ui/react/dialog'
import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import { appsQuery, linkOf, pathOf } from '../api/app.ts'
import { useMay } from '../api/session.ts'
import { choose } from '../i18n.ts'
import { chooseTheme } from '../theme.ts'
import { useCurrentApp } from './current-app.ts'
import { appPages, type NavEntry, serverPages } from './nav.ts'

interface Command {
  value: string
  detail: string
  run(): void
}

function useCommands(): Command[] {
  const { t } = useLingui()
  const [, go] = useLocation()
  const { app } = useCurrentApp()
  const { data: apps = [] } = useQuery(appsQuery)
  const may = useMay()
  const page = t`Page`
  const key = app ? `${app.org_name}#${app.app_name}` : ''
  const isSeen = ({ role = 'viewer' }: NavEntry): boolean => may(role)
  return [
    ...serverPages.filter(isSeen).map(({ page: path, title }) => ({
      value: t(title),
      detail: page,
      run: () => go(`/${path}`),
    })),
    ...(app
      ? appPages.filter(isSeen).map(({ page: path, title }) => ({
          value: t(title),
          detail: key,
          run: () => go(linkOf(app, path)),
        }))
      : []),
    ...apps.map(({ key }) => ({
      value: t`Go to the app ${key}`,
      detail: t`App`,
      run: () => go(linkOf(pathOf(key), 'rooms')),
    })),
    { value: 'English', detail: t`Language`, run: () => choose('en') },
    { value: '简体中文', detail: t`Language`, run: () => choose('zh-CN') },
    { value: t`Light`, detail: t`Colours`, run: () => chooseTheme('light') },
    { value: t`Dark`, detail: t`Colours`, run: () => chooseTheme('dark') },
    { value: t`As the system`, detail: t`Colours`, run: () => chooseTheme('system') },
  ]
}

/** Finds a page or something to do by its name, from anywhere. */
export function Palette({ open, onClose }: { open: boolean; onClose(): void }) {
  const { t } = useLingui()
  const commands = useCommands()
  return (
    <Dialog.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-black/45" />
        <Dialog.Popup
          aria-label={t`Command palette`}
          className="fixed inset-x-3 top-[10vh] z-50 mx-auto max-w-lg overflow-hidden rounded-xl border border-line bg-panel shadow-2xl outline-none"
        >
          <Autocomplete.Root
            open
            inline
            items={commands}
            itemToStringValue={(command: Command) => command.value}
            autoHighlight="always"
            keepHighlight
          >
            <Autocomplete.Input
              aria-label={t`Where to, or what to do?`}
              placeholder={t`Where to, or what to do?`}
              className="h-12 w-full border-b border-line bg-transparent px-4 text-base outline-none"
            />
            <Autocomplete.Empty className="px-4 text-dim not-empty:py-6">{t`Nothing by that name.`}</Autocomplete.Empty>
            <Autocomplete.List className="max-h-[50vh] overflow-y-auto p-1 empty:p-0">
              {(command: Command) => (
                <Autocomplete.Item
                  key={`${command.detail} ${command.value}`}
                  value={command}
                  onClick={() => {
                    onClose()
                    command.run()
                  }}
                  className="flex min-h-9 items-center justify-between gap-4 rounded-md px-3 outline-none data-highlighted:bg-accent-soft"
                >
                  <span>{command.value}</span>
                  <span className="truncate text-xs text-dim">{command.detail}</span>
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  )
}
