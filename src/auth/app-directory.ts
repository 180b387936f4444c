import { type AppRecord, agoraAppId } from '../domain/app.ts'
import type { ReadStore } from '../store/store.ts'

/** The apps of this server, held in memory. */
export interface AppDirectory {
  /** The app that `/{org}/{name}` or `/app-id/{app id}` names. */
  find(org: string, name: string): AppRecord | undefined
  ofId(id: number): AppRecord | undefined
  all(): Iterable<AppRecord>
  /** Reads the apps again if they have changed since; then notifies subscribers. */
  reload(): Promise<void>
  subscribe(onChange: () => void): void
}

export async function appDirectory(store: ReadStore): Promise<AppDirectory> {
  let byKey = new Map<string, AppRecord>()
  let byAgoraId = new Map<string, AppRecord>()
  let byId = new Map<number, AppRecord>()
  let version = ''
  const subscribers: (() => void)[] = []

  async function reload(): Promise<void> {
    const current = await store.apps.appsVersion()
    if (version === current) return
    const apps = await store.apps.listApps()
    byKey = new Map(apps.map((app) => [`${app.org}/${app.name}`, app]))
    byAgoraId = new Map(apps.map((app) => [agoraAppId(app), app]))
    byId = new Map(apps.map((app) => [app.id, app]))
    version = current
    for (const onChange of subscribers) onChange()
  }

  await reload()
  return {
    find: (org, name) => (org === 'app-id' ? byAgoraId.get(name.toLowerCase()) : byKey.get(`${org}/${name}`)),
    ofId: (id) => byId.get(id),
    all: () => byId.values(),
    reload,
    subscribe: (onChange) => void subscribers.push(onChange),
  }
}
