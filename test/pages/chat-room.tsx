import { observer } from 'mobx-react-lite'
import { type ComponentType, type ReactNode, useState } from 'react'
import { createRoot } from 'react-dom/client'

/** Where a UI kit connects, as whom, and which room it shows. */
export interface Visit {
  appKey: string
  userId: string
  token: string
  restUrl: string
  msyncUrl: string
  roomId: string
}

/** What the UI kits have in common. */
interface Kit {
  UIKitProvider: ComponentType<{
    initConfig: Omit<Visit, 'roomId'> & { isHttpDNS: boolean; useUserInfo: boolean }
    local: { lng: string }
    children: ReactNode
  }>
  Chatroom: ComponentType<{
    chatroomId: string
    headerProps: { avatar: ReactNode; onClickMember: () => void }
  }>
  ChatroomMember: ComponentType<{ chatroomId: string }>
  rootStore: { loginState: boolean }
}

/** A room once its user has logged in, and its members once they are asked for. */
const Room = observer(({ kit, id }: { kit: Kit; id: string }) => {
  const { Chatroom, ChatroomMember, rootStore } = kit
  const [membersShown, showMembers] = useState(false)
  if (!rootStore.loginState) return null
  return (
    <div style={{ display: 'flex', height: '90vh' }}>
      <Chatroom chatroomId={id} headerProps={{ avatar: undefined, onClickMember: () => showMembers(true) }} />
      {membersShown && <ChatroomMember chatroomId={id} />}
    </div>
  )
})

/** Lets a page show a room with a UI kit. */
export function visitsWith(kit: Kit): void {
  const { UIKitProvider } = kit
  const visit = ({ roomId, ...login }: Visit) =>
    createRoot(document.body.appendChild(document.createElement('div'))).render(
      <UIKitProvider initConfig={{ ...login, isHttpDNS: false, useUserInfo: true }} local={{ lng: 'en' }}>
        <Room kit={kit} id={roomId} />
      </UIKitProvider>,
    )
  Object.assign(globalThis, { visit })
}
