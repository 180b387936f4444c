import type { MessageDescriptor } from '@lingui/core'
import { msg } from '@lingui/core/macro'
import {
  AppWindow,
  CircleQuestionMark,
  Flag,
  KeyRound,
  LayoutDashboard,
  ListX,
  type LucideIcon,
  MessagesSquare,
  ScrollText,
  SlidersHorizontal,
  Terminal,
  UserCog,
  Users,
  Webhook,
  Wrench,
} from 'lucide-react'
import type { OperatorRole } from '../api/session.ts'

export interface NavEntry {
  /** The page; of an app, what stands behind the app. */
  page: string
  title: MessageDescriptor
  icon: LucideIcon
  /** The least role that sees it. */
  role?: OperatorRole
}

export const serverPages: readonly NavEntry[] = [
  { page: '', title: msg`Overview`, icon: LayoutDashboard },
  { page: 'apps', title: msg`Apps`, icon: AppWindow },
  { page: 'operators', title: msg`Operators`, icon: UserCog, role: 'admin' },
  { page: 'permissions', title: msg`Permissions`, icon: KeyRound },
  { page: 'maintenance', title: msg`Maintenance`, icon: Wrench, role: 'admin' },
  { page: 'log', title: msg`Log`, icon: Terminal, role: 'admin' },
]

export const appPages: readonly NavEntry[] = [
  { page: 'rooms', title: msg`Chat rooms`, icon: MessagesSquare },
  { page: 'reports', title: msg`Reports`, icon: Flag },
  { page: 'keywords', title: msg`Keywords`, icon: ListX },
  { page: 'users', title: msg`Users`, icon: Users },
  { page: 'callbacks', title: msg`Callbacks`, icon: Webhook },
  { page: 'settings', title: msg`Settings`, icon: SlidersHorizontal },
  { page: 'explain', title: msg`Why?`, icon: CircleQuestionMark },
  { page: 'audit', title: msg`Audit trail`, icon: ScrollText },
]
