import { useLingui } from '@lingui/react/macro'
import { useQuery } from '@tanstack/react-query'
import { ChevronsUpDown } from 'lucide-react'
import { Link, useLocation } from 'wouter'
import { appsQuery, linkOf, pathOf } from '../api/app.ts'
import { useMay } from '../api/session.ts'
import { Button } from '../ui/button.tsx'
import { Menu, MenuItem } from '../ui/menu.tsx'
import { useCurrentApp } from './current-app.ts'
import { appPages, type NavEntry, serverPages } from './nav.ts'

function Entry({ entry, href }: { entry: NavEntry; href: string }) {
  const { t } = useLingui()
  const [location] = useLocation()
  const isHere = href === '/' ? location === '/' : location === href || location.startsWith(`${href}/`)
  return (
    <li>
      <Link
        href={href}
        aria-current={isHere ? 'page' : undefined}
        className={`flex h-9 items-center gap-2.5 rounded-md px-2.5 ${isHere ? 'bg-accent-soft font-semibold text-accent' : 'text-dim hover:bg-raised hover:text-ink'}`}
      >
        <entry.icon size={16} aria-hidden="true" />
        {t(entry.title)}
      </Link>
    </li>
  )
}

function AppSwitch() {
  const { t } = useLingui()
  const { app } = useCurrentApp()
  const { data: apps = [] } = useQuery(appsQuery)
  const [, go] = useLocation()
  if (!app) return null
  const current = `${app.org_name}#${app.app_name}`
  return (
    <Menu
      trigger={
        <Button className="w-full justify-between!" aria-label={t`App: ${current}. Choose another`}>
          <span className="truncate">{current}</span>
          <ChevronsUpDown size={14} aria-hidden="true" className="shrink-0 text-dim" />
        </Button>
      }
    >
      {apps.map(({ key }) => (
        <MenuItem key={key} isChosen={key === current} onClick={() => go(linkOf(pathOf(key), 'rooms'))}>
          {key}
        </MenuItem>
      ))}
    </Menu>
  )
}

/** Where one can go. */
export function Sidebar() {
  const { t } = useLingui()
  const { app } = useCurrentApp()
  const may = useMay()
  const isSeen = ({ role = 'viewer' }: NavEntry): boolean => may(role)
  return (
    <nav aria-label={t`Pages`} className="flex flex-col gap-4">
      <ul className="flex flex-col gap-0.5">
        {serverPages.filter(isSeen).map((entry) => (
          <Entry key={entry.page} entry={entry} href={`/${entry.page}`} />
        ))}
      </ul>
      {app ? (
        <div className="flex flex-col gap-2">
          <AppSwitch />
          <ul className="flex flex-col gap-0.5">
            {appPages.filter(isSeen).map((entry) => (
              <Entry key={entry.page} entry={entry} href={linkOf(app, entry.page)} />
            ))}
          </ul>
        </div>
      ) : null}
    </nav>
  )
}
