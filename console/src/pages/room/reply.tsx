import { useLingui } from '@lingui/react/macro'
import { SendHorizontal } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { type AppPath, api, call } from '../../api/client.ts'
import { IconButton } from '../../ui/button.tsx'
import { inputClass } from '../../ui/field.tsx'
import { tellProblem } from '../../ui/toast.tsx'

/** Says something in the room in the name of the system. */
export function Reply({ app, room }: { app: AppPath; room: string }) {
  const { t } = useLingui()
  const [text, setText] = useState('')
  const [isBusy, setBusy] = useState(false)

  async function send(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (text.trim() === '') return
    setBusy(true)
    try {
      await call(
        api.POST('/{org_name}/{app_name}/messages/chatrooms', {
          params: { path: app },
          body: { to: [room], type: 'txt', body: { msg: text } },
        }),
      )
      setText('')
    } catch (error) {
      tellProblem(error)
    } finally {
      setBusy(false)
    }
  }

  return (
    <form onSubmit={send} className="flex items-center gap-2 border-t border-line p-2">
      <input
        aria-label={t`Message as the system`}
        placeholder={t`Message as the system`}
        value={text}
        onChange={(event) => setText(event.target.value)}
        autoComplete="off"
        className={inputClass}
      />
      <IconButton type="submit" look="accent" label={t`Send`} disabled={isBusy || text.trim() === ''}>
        <SendHorizontal size={16} aria-hidden="true" />
      </IconButton>
    </form>
  )
}
