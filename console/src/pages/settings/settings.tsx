import { useLingui } from '@lingui/react/macro'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import { consoleCall } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import type { AppPageProps } from '../../pages.tsx'
import { Button } from '../../ui/button.tsx'
import { inputClass } from '../../ui/field.tsx'
import { Card, Page } from '../../ui/page.tsx'
import { useParam } from '../../ui/params.ts'
import { Badge, Loading, Problem } from '../../ui/states.tsx'
import { tell, tellProblem } from '../../ui/toast.tsx'
import { Quotas } from './quotas.tsx'
import { Secret } from './secret.tsx'

interface Setting {
  name: string
  value: string
  default: string
  en: string
  zh: string
  secret: boolean
}

/** The settings and quotas of an app, with what they mean. */
export function Settings({ app }: AppPageProps) {
  const { t } = useLingui()
  const may = useMay()
  const queries = useQueryClient()
  const key = `${app.org_name}#${app.app_name}`
  const path = `apps/${encodeURIComponent(key)}`
  const queryKey = ['settings', key]
  const [changed, setChanged] = useState<Record<string, string>>({})
  const [wanted] = useParam('setting')
  const { data, error, refetch } = useQuery({
    queryKey,
    queryFn: async () => (await consoleCall<{ settings: Setting[] }>('GET', `${path}/settings`)).settings,
  })
  const count = Object.keys(changed).length

  async function save(): Promise<void> {
    try {
      const { settings } = await consoleCall<{ settings: Setting[] }>('PUT', `${path}/settings`, changed)
      queries.setQueryData(queryKey, settings)
      setChanged({})
      await queries.invalidateQueries({ queryKey: ['quotas', app.org_name, app.app_name] })
      tell({ title: t`Saved` })
    } catch (problem) {
      tellProblem(problem)
    }
  }

  function change(setting: Setting, value: string): void {
    const { [setting.name]: _, ...others } = changed
    setChanged(value === setting.value ? others : { ...others, [setting.name]: value })
  }

  return (
    <Page
      title={t`Settings`}
      lead={t`They are in force at once. Those that are not at their default come first.`}
      actions={
        may('admin') ? (
          <Button look="accent" disabled={count === 0} onClick={save}>
            {t`Save`}
          </Button>
        ) : null
      }
    >
      <Secret app={app} name={key} />
      <Quotas app={app} />
      <Card>
        {error ? <Problem error={error} onRetry={refetch} /> : null}
        {data || error ? null : <Loading rows={12} />}
        <ul>
          {[...(data ?? [])]
            .sort((a, b) => Number(a.value === a.default) - Number(b.value === b.default))
            .map((setting) => (
              <Line
                key={setting.name}
                setting={setting}
                value={changed[setting.name] ?? setting.value}
                isChanged={setting.name in changed}
                isWanted={setting.name === wanted}
                {...(may('admin') ? { onChange: (value: string) => change(setting, value) } : {})}
              />
            ))}
        </ul>
      </Card>
    </Page>
  )
}

interface LineProps {
  setting: Setting
  value: string
  isChanged: boolean
  /** The address names it. */
  isWanted: boolean
  onChange?: (value: string) => void
}

/** Text of the documentation, whose code stands between backquotes. */
function Meaning({ text }: { text: string }) {
  return text.split('`').map((part, place) =>
    place % 2 === 1 ? (
      <code key={place} className="font-mono text-xs text-ink">
        {part}
      </code>
    ) : (
      part
    ),
  )
}

function Line({ setting, value, isChanged, isWanted, onChange }: LineProps) {
  const { t, i18n } = useLingui()
  const place = useRef<HTMLLIElement>(null)
  useEffect(() => {
    if (!isWanted) return
    place.current?.scrollIntoView({ block: 'center' })
    place.current?.querySelector<HTMLElement>('input, select')?.focus({ preventScroll: true })
  }, [isWanted])
  const { name, default: byDefault, en, zh, secret } = setting
  const isTruth = byDefault === 'true' || byDefault === 'false'
  return (
    <li
      ref={place}
      className={`grid gap-x-6 gap-y-1 border-t border-line px-4 py-3 first:border-0 md:grid-cols-[1fr_16rem] ${isWanted ? 'bg-accent-soft' : ''}`}
    >
      <div className="min-w-0">
        <span className="font-mono text-[13px] font-semibold">{name}</span>{' '}
        {isChanged ? <Badge tone="accent">{t`not saved`}</Badge> : null}
        {!isChanged && !secret && value !== byDefault ? <Badge tone="warn">{t`changed`}</Badge> : null}
        <p className="break-words text-dim">
          <Meaning text={i18n.locale === 'zh-CN' ? zh : en} />
        </p>
      </div>
      <div className="flex flex-col gap-1">
        {isTruth ? (
          <select
            aria-label={name}
            value={value}
            disabled={!onChange}
            onChange={(event) => onChange?.(event.target.value)}
            className={inputClass}
          >
            <option value="true">true</option>
            <option value="false">false</option>
          </select>
        ) : (
          <input
            aria-label={name}
            value={value}
            readOnly={!onChange}
            placeholder={secret ? t`not shown` : ''}
            onChange={(event) => onChange?.(event.target.value)}
            spellCheck={false}
            className={`${inputClass} font-mono`}
          />
        )}
        <span className="text-xs text-dim">{t`default: ${byDefault || t`empty`}`}</span>
      </div>
    </li>
  )
}
