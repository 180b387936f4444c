import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import { AppWindow, LayoutDashboard, type LucideIcon, MessagesSquare } from 'lucide-react'

export interface NavEntry {
  /** The page; of an app, what stands behind the app. */
  page: string
  title: MessageDescriptor
  icon: LucideIcon
}

export const serverPages: readonly NavEntry[] = [
  { page: '', title: msg`Overview`, icon: LayoutDashboard },
  { page: 'apps', title: msg`Apps`, icon: AppWindow },
]

export const appPages: readonly NavEntry[] = [{ page: 'rooms', title: msg`Chat rooms`, icon: MessagesSquare }]
