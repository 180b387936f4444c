import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import type { Command } from 'commander'
import type { Config } from '../config.ts'
import { removeSomeRows } from '../store/app-removal.ts'
import { openHistoryDatabase } from '../store/history/sqlite-history-file.ts'
import { type Admin, withAdmin } from './admin.ts'
import { configOf } from './command.ts'
import { json, say } from './print.ts'

/** Rows of the history that are removed in one transaction. */
const removedTogether = 500

/** Who deletes an app says so twice: with `--yes`, or by typing its name at the terminal. */
async function confirm(key: string, yes: boolean | undefined): Promise<void> {
  if (yes) return
  if (!process.stdin.isTTY) throw new Error('nothing was deleted: --yes confirms it')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const typed = await terminal.question(
    `Everything of ${key} is deleted, and cannot be restored. Type its name to confirm: `,
  )
  terminal.close()
  if (typed.trim() !== key) throw new Error('nothing was deleted')
}

/** Messages of the embedded store are in a file of their own, where any process may write. */
async function deleteHistory(dir: string, app: number): Promise<void> {
  const history = openHistoryDatabase(dir)
  if (!history) return
  try {
    while ((await history.transaction((db) => removeSomeRows(db, app, removedTogether))) > 0);
  } finally {
    await history.close()
  }
}

/** Deletes all that is stored of an app. Interrupted, it goes on where it was when it is asked again. */
async function deleteApp(admin: Admin, config: Config, key: string): Promise<void> {
  const app = await admin.closeApp(key)
  if (config.database_url === '') await deleteHistory(config.data_dir, app)
  for (const folder of ['files', 'history'])
    await rm(join(config.data_dir, folder, String(app)), { recursive: true, force: true })
  while (!(await admin.deleteApp(key, app)));
}

/** Adds `app delete`. */
export function addAppDelete(command: Command): void {
  command
    .argument('<org#app>')
    .description(
      'delete an app with its users, chat rooms, messages and files; its tokens and sessions end at once',
    )
    .option('--yes', 'do not ask')
    .option('--json', 'print the result as JSON')
    .action(async (key: string, options: Record<string, string> & { yes?: boolean; json?: boolean }) => {
      const config = configOf(options)
      await withAdmin(config, async (admin) => {
        await admin.showApp(key)
        await confirm(key, options.yes)
        await deleteApp(admin, config, key)
      })
      if (options.json) json({ app: key, deleted: true })
      else say(`deleted ${key}`)
    })
}
