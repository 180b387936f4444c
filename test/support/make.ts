import type { AppRecord } from '../../src/domain/app.ts'
import { type AppSettings, defaultSettings } from '../../src/domain/app-settings.ts'
import type { Room } from '../../src/domain/room.ts'

export const someSettings = (given: Partial<AppSettings> = {}): AppSettings => ({
  ...defaultSettings,
  ...given,
})

/** An app as the store has it; its keys are those of nobody. */
export const anApp = (given: Partial<AppRecord> = {}): AppRecord => ({
  id: 1,
  org: 'acme',
  name: 'lounge',
  uuid: '00000000-0000-4000-8000-000000000000',
  settings: defaultSettings,
  callbacks: 0,
  clientId: 'id',
  secretSalt: '',
  secretHash: '',
  secret: 'a secret',
  tokenKey: '11'.repeat(32),
  previous: null,
  createdMs: 0,
  ...given,
})

export const aRoom = (given: Partial<Room> = {}): Room => ({
  id: '1',
  name: 'night owls',
  description: 'late talk',
  custom: '',
  maxusers: 10,
  owner: 'alice',
  createdMs: 0,
  memberCount: 2,
  mute: false,
  disabled: false,
  slowMode: 0,
  lifecycle: null,
  ...given,
})
