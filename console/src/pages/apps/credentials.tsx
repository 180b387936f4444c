import { useLingui } from '@lingui/react/macro'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'

export interface Credentials {
  key: string
  client_id: string
  client_secret: string
}

/** Client id and secret of an app, this once. */
export function CredentialsDialog({ credentials, onClose }: { credentials: Credentials; onClose(): void }) {
  const { t } = useLingui()
  const { key, client_id: id, client_secret: secret } = credentials
  return (
    <Dialog open onClose={onClose} title={key}>
      <div className="flex flex-col gap-4">
        <p>{t`Your server asks for tokens with these. The secret is shown this once: keep it now.`}</p>
        <dl className="grid gap-1">
          <dt className="text-dim">client_id</dt>
          <dd className="rounded-md bg-raised px-3 py-1.5 font-mono break-all select-all">{id}</dd>
          <dt className="mt-2 text-dim">client_secret</dt>
          <dd className="rounded-md bg-raised px-3 py-1.5 font-mono break-all select-all">{secret}</dd>
        </dl>
        <div className="flex justify-end gap-2">
          <Button
            onClick={() => navigator.clipboard.writeText(`client_id=${id}\nclient_secret=${secret}`)}
          >{t`Copy`}</Button>
          <Button look="accent" onClick={onClose}>{t`I have it`}</Button>
        </div>
      </div>
    </Dialog>
  )
}
