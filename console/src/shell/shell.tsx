import { useLingui } from '@lingui/react/macro'
import { CircleQuestionMark, Menu as MenuIcon, Search } from 'lucide-react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { isTyping } from '../ui/keys.ts'
import { useRowKeys } from '../ui/row-keys.ts'
import { Help } from './help.tsx'
import { OperatorMenu } from './operator-menu.tsx'
import { Palette } from './palette.tsx'
import { Preferences } from './preferences.tsx'
import { Sidebar } from './sidebar.tsx'

type Open = '' | 'palette' | 'help' | 'pages'

function useShellKeys(setOpen: (open: Open) => void): void {
  useEffect(() => {
    function press(event: KeyboardEvent): void {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') setOpen('palette')
      else if (isTyping(event)) return
      else if (event.key === '?') setOpen('help')
      else if (event.key === '/') {
        const search = document.querySelector<HTMLInputElement>('main input[type=search]')
        if (search) search.focus()
        else setOpen('palette')
      } else return
      event.preventDefault()
    }
    addEventListener('keydown', press)
    return () => removeEventListener('keydown', press)
  }, [setOpen])
}

/** What is around every page. */
export function Shell({ children }: { children: ReactNode }) {
  const { t } = useLingui()
  const [open, setOpen] = useState<Open>('')
  const [location] = useLocation()
  const main = useRef<HTMLElement>(null)
  useShellKeys(setOpen)
  useRowKeys()
  useEffect(() => {
    setOpen('')
    main.current?.scrollTo(0, 0)
  }, [location])
  const close = () => setOpen('')

  return (
    <div className="grid h-dvh grid-rows-[auto_1fr] md:grid-cols-[14rem_1fr]">
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-60 focus:bg-panel focus:p-2"
      >{t`Go to the page`}</a>
      <header className="col-span-full flex h-13 items-center gap-1 border-b border-line bg-panel px-3">
        <IconButton label={t`Pages`} className="md:hidden" onClick={() => setOpen('pages')}>
          <MenuIcon size={18} aria-hidden="true" />
        </IconButton>
        <Link href="/" className="px-1.5 text-base font-bold tracking-tight">
          chatroomd
        </Link>
        <div className="flex-1" />
        <Button className="w-56 justify-between! text-dim max-sm:hidden" onClick={() => setOpen('palette')}>
          <span className="flex items-center gap-2">
            <Search size={14} aria-hidden="true" />
            {t`Go to…`}
          </span>
          <kbd className="font-mono text-xs">Ctrl K</kbd>
        </Button>
        <IconButton label={t`Go to…`} className="sm:hidden" onClick={() => setOpen('palette')}>
          <Search size={17} aria-hidden="true" />
        </IconButton>
        <IconButton label={t`Keyboard`} className="max-sm:hidden" onClick={() => setOpen('help')}>
          <CircleQuestionMark size={17} aria-hidden="true" />
        </IconButton>
        <Preferences />
        <OperatorMenu />
      </header>
      <div className="hidden overflow-y-auto border-r border-line bg-panel p-3 md:block">
        <Sidebar />
      </div>
      <main ref={main} id="main" tabIndex={-1} className="min-h-0 min-w-0 overflow-y-auto outline-none">
        {children}
      </main>
      <Dialog open={open === 'pages'} onClose={close} title={t`Pages`}>
        <Sidebar />
      </Dialog>
      <Palette open={open === 'palette'} onClose={close} />
      <Help open={open === 'help'} onClose={close} />
    </div>
  )
}
