import { useLingui } from '@lingui/react/macro'
import { Check, Languages, Monitor, Moon, Sun } from 'lucide-react'
import { choose, type Language, languages } from '../i18n.ts'
import { chooseTheme, type Theme, useTheme } from '../theme.ts'
import { IconButton } from '../ui/button.tsx'
import { Menu, MenuItem } from '../ui/menu.tsx'

/** Language and colours. They are kept in the browser. */
export function Preferences() {
  const { t, i18n } = useLingui()
  const theme = useTheme()
  const themes: [Theme, string, typeof Sun][] = [
    ['light', t`Light`, Sun],
    ['dark', t`Dark`, Moon],
    ['system', t`As the system`, Monitor],
  ]
  const Current = themes.find(([name]) => name === theme)?.[2] ?? Monitor
  return (
    <>
      <Menu
        trigger={
          <IconButton label={t`Language`}>
            <Languages size={17} aria-hidden="true" />
          </IconButton>
        }
      >
        {Object.entries(languages).map(([name, title]) => (
          <MenuItem key={name} isChosen={i18n.locale === name} onClick={() => choose(name as Language)}>
            <span lang={name}>{title}</span>
            {i18n.locale === name ? <Check size={14} aria-hidden="true" /> : null}
          </MenuItem>
        ))}
      </Menu>
      <Menu
        trigger={
          <IconButton label={t`Colours`}>
            <Current size={17} aria-hidden="true" />
          </IconButton>
        }
      >
        {themes.map(([name, title, Icon]) => (
          <MenuItem key={name} isChosen={theme === name} onClick={() => chooseTheme(name)}>
            <Icon size={15} aria-hidden="true" />
            {title}
          </MenuItem>
        ))}
      </Menu>
    </>
  )
}
