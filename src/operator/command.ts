import { type Command, Option } from 'commander'
import {
  type Config,
  configFile,
  type Read,
  readSettings,
  type SettingName,
  type SettingTexts,
  settingNames,
} from '../config.ts'
import { type Admin, withAdmin } from './admin.ts'
import { json, say } from './print.ts'
import { settings } from './settings.ts'

/** What a command needs that only reaches the store. */
const ofStore: SettingName[] = ['data_dir', 'database_url', 'database_pool', 'database_timeout']

/** Settings as flags of a command: `data_dir` is `--data-dir`. */
export function withSettings(command: Command, names: SettingName[] = ofStore): Command {
  for (const name of names) {
    const { env, default: otherwise, en } = settings[name]
    const shown = otherwise === '' ? '' : `, default ${otherwise}`
    command.addOption(new Option(`--${name.replaceAll('_', '-')} <value>`, `${en} (${env}${shown})`))
  }
  return command.option(
    '--config <file>',
    'File of settings (CHATROOMD_CONFIG, default chatroomd.toml here, or /etc/chatroomd/chatroomd.toml)',
  )
}

export function settingsOf(options: Record<string, string>, warn?: (text: string) => void): Read {
  const flags: SettingTexts = {}
  for (const name of settingNames) {
    const value = options[name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())]
    if (value !== undefined) flags[name] = value
  }
  return readSettings(flags, process.env, configFile(options.config, process.env), warn)
}

export const configOf = (options: Record<string, string>): Config => settingsOf(options).config

/** What the running server, or the store where none runs, returns. */
export const ofAdmin = <T>(options: Record<string, string>, read: (admin: Admin) => Promise<T>): Promise<T> =>
  withAdmin(configOf(options), read)

/** What a command has to show: as lines for people, and with `--json` as one value. */
export interface Shown {
  lines: string[]
  value: object
}

/** A command that shows what `work` returns; `work` takes the arguments and the options. */
export const showing = <A extends unknown[]>(
  command: Command,
  work: (...given: [...A, Record<string, string>]) => Promise<Shown>,
): Command =>
  command.option('--json', 'print the result as JSON').action(async (...args: [...A, unknown, Command]) => {
    const options = (args.at(-1) as Command).optsWithGlobals()
    const { lines, value } = await work(...(args.slice(0, -2) as unknown as A), options)
    if (options.json) json(value)
    else lines.forEach(say)
  })
