import { useLingui } from '@lingui/react/macro'
import { Ellipsis } from 'lucide-react'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { linkOf } from '../../api/app.ts'
import type { AppPath } from '../../api/client.ts'
import { useMay } from '../../api/session.ts'
import { buttonClass, IconButton } from '../../ui/button.tsx'
import { Menu, MenuGroup, MenuItem, MenuLine } from '../../ui/menu.tsx'
import { DeleteMessageDialog, DeleteMessagesDialog } from './delete-dialog.tsx'
import { forEver, type Moderation } from './moderation.ts'
import { ReasonDialog } from './reason-dialog.tsx'
import type { Standing } from './standings.ts'
import { UnbanDialog } from './unban-dialog.tsx'

interface Props {
  app: AppPath
  user: string
  standing: Standing
  moderation: Moderation
  /** The message beside which it stands. */
  onDelete?: (reason?: string) => void
}

export function useTimes(): [ms: number, text: string][] {
  const { t } = useLingui()
  return [
    [600_000, t`10 minutes`],
    [3_600_000, t`1 hour`],
    [86_400_000, t`1 day`],
    [forEver, t`for ever`],
  ]
}

/** Drawn for each message that comes: the platform's own button, and one picture for all. */
const rowButton = `${buttonClass('quiet', 'small')} aspect-square px-0`
const dots = <Ellipsis size={16} aria-hidden="true" />

/** The button of the menu. The menu itself is made when it is first opened: a lively room shows hundreds of buttons. */
export function UserMenu(props: Props) {
  const { t } = useLingui()
  const { user } = props
  const [isUsed, setUsed] = useState(false)
  const label = t`Moderate ${user}`
  if (isUsed) return <OpenMenu {...props} label={label} />
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-haspopup="menu"
      onClick={() => setUsed(true)}
      className={rowButton}
    >
      {dots}
    </button>
  )
}

/** What a moderator can do to a user, and to the message that the user has sent. */
function OpenMenu({ app, user, standing, moderation, onDelete, label }: Props & { label: string }) {
  const { t } = useLingui()
  const times = useTimes()
  const may = useMay()
  const [, go] = useLocation()
  const [asking, setAsking] = useState<'' | 'delete' | 'deleteAll' | 'moderate' | 'unban'>('')
  const close = () => setAsking('')
  const { isOwner, isAdmin, isMuted, isBanned } = standing
  return (
    <>
      <Menu
        defaultOpen
        trigger={
          <IconButton label={label} size="small">
            {dots}
          </IconButton>
        }
      >
        {onDelete ? (
          <>
            <MenuItem isDanger onClick={() => onDelete()}>{t`Delete message`}</MenuItem>
            <MenuItem isDanger onClick={() => setAsking('delete')}>{t`Delete with a reason…`}</MenuItem>
          </>
        ) : null}
        <MenuItem isDanger onClick={() => setAsking('deleteAll')}>
          {t`Delete the latest messages of ${user}…`}
        </MenuItem>
        <MenuLine />
        {isOwner || isBanned ? null : (
          <>
            {isMuted ? (
              <MenuItem onClick={() => moderation.unmute(user)}>{t`Unmute`}</MenuItem>
            ) : (
              <MenuGroup title={t`Mute`}>
                {times.map(([ms, text]) => (
                  <MenuItem key={ms} onClick={() => moderation.mute(user, ms)}>
                    {text}
                  </MenuItem>
                ))}
              </MenuGroup>
            )}
            <MenuLine />
            {may('admin') ? (
              <MenuItem onClick={() => moderation.setAdmin(user, !isAdmin)}>
                {isAdmin ? t`Make an ordinary member` : t`Make an admin`}
              </MenuItem>
            ) : null}
            <MenuItem isDanger onClick={() => moderation.kick(user)}>{t`Remove from the room`}</MenuItem>
            <MenuItem isDanger onClick={() => moderation.ban(user, forEver)}>{t`Ban`}</MenuItem>
            <MenuItem onClick={() => setAsking('moderate')}>{t`With a reason or a time…`}</MenuItem>
          </>
        )}
        {isBanned ? <MenuItem onClick={() => setAsking('unban')}>{t`Let come back…`}</MenuItem> : null}
        <MenuItem
          onClick={() => go(linkOf(app, `users/${encodeURIComponent(user)}`))}
        >{t`Show ${user}`}</MenuItem>
      </Menu>
      {asking === 'moderate' ? <ReasonDialog user={user} onClose={close} moderation={moderation} /> : null}
      {asking === 'delete' && onDelete ? <DeleteMessageDialog onClose={close} onDelete={onDelete} /> : null}
      {asking === 'deleteAll' ? (
        <DeleteMessagesDialog
          user={user}
          onClose={close}
          onDelete={(minutes, reason) => moderation.deleteMessagesOf(user, minutes, reason)}
        />
      ) : null}
      {asking === 'unban' ? (
        <UnbanDialog user={user} onClose={close} onUnban={(reason) => moderation.unban(user, reason)} />
      ) : null}
    </>
  )
}
