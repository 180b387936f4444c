import { existsSync, readFileSync } from 'node:fs'
import { settings } from './operator/settings.ts'

/** Settings whose values hold secrets, and are never repeated. */
const secret = new Set(['apps', 'database_url', 'redis_url', 'metrics_token'])

type SettingName = keyof typeof settings
export type Config = { [N in SettingName]: ReturnType<(typeof settings)[N]['read']> }

/** Texts of settings by name, as flags or a file give them. */
export type SettingTexts = Partial<Record<SettingName, string>>

const isSetting = (name: string): name is SettingName => Object.hasOwn(settings, name)

/** A value that was given, and where: as a flag, in a variable, in a line of the file. */
interface Given {
  text: string
  where: string
}

function parse(text: string): object | undefined {
  try {
    return Bun.TOML.parse(text)
  } catch {
    // The caller looks for the line that is wrong, and names it.
    return undefined
  }
}

/** The line at which a text stops being TOML: the first after the longest beginning that is. */
function badLineOf(text: string): number {
  const lines = text.split('\n')
  let good = lines.length - 1
  while (good > 0 && !parse(lines.slice(0, good).join('\n'))) good -= 1
  return good + 1
}

/** The line that sets a key of the uppermost table. */
const lineOf = (text: string, name: string): number =>
  text.split('\n').findIndex((line) => new RegExp(`^\\s*\\[*\\s*["']?${RegExp.escape(name)}\\b`).test(line)) +
  1

function readFile(path: string, problems: string[]): Partial<Record<SettingName, Given>> {
  if (!existsSync(path)) return {}
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    problems.push(`${path} cannot be read: ${reasonOf(error)}`)
    return {}
  }
  let table: object
  try {
    table = Bun.TOML.parse(text)
  } catch (error) {
    problems.push(`${path}:${badLineOf(text)}: ${reasonOf(error)}`)
    return {}
  }
  const given: Partial<Record<SettingName, Given>> = {}
  for (const [name, value] of Object.entries(table)) {
    const where = `${path}:${lineOf(text, name)}: ${name}`
    if (!isSetting(name)) problems.push(`${where} is not a setting`)
    else if (typeof value === 'object') problems.push(`${where} must be a text, a number, true or false`)
    else given[name] = { text: String(value), where }
  }
  return given
}

/** Whether Kubernetes or Docker set it, for a service with our name: the address of that, not a setting of ours. */
const isOfService = (name: string, value: string | undefined): boolean =>
  /^CHATROOMD(_\w+)?_SERVICE_(HOST|PORT(_\w+)?)$/.test(name) ||
  /^CHATROOMD(_\w+)?_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (/^CHATROOMD(_\w+)?_PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value ?? ''))

/** The variables that are ours, without those of Kubernetes services. */
function readVariables(env: Record<string, string | undefined>, problems: string[], warn: Warn) {
  const own: Record<string, string | undefined> = {}
  const ofServices: string[] = []
  const variables = new Set(Object.values(settings).map((each) => each.env))
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('CHATROOMD_')) continue
    if (isOfService(name, value)) ofServices.push(name)
    else if (variables.has(name)) own[name] = value
    else problems.push(`${name} is not a setting`)
  }
  if (ofServices.length > 0)
    warn(
      `these variables are no settings and were ignored; Kubernetes sets them for a service named chatroomd: ${ofServices.join(', ')}`,
    )
  return own
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type Warn = (text: string) => void

/**
 * The configuration: a flag wins over the environment, that over `chatroomd.toml`, that over the default.
 * Fails with every problem at once: unknown names and bad values.
 */
export function readConfig(
  flags: SettingTexts,
  env: Record<string, string | undefined>,
  file = 'chatroomd.toml',
  warn: Warn = () => undefined,
): Config {
  const problems: string[] = []
  const inFile = readFile(file, problems)
  const variables = readVariables(env, problems, warn)

  /** The value that counts, and where it stands. */
  function givenFor(name: SettingName): Given {
    const { env: variable, default: otherwise } = settings[name]
    const flag = flags[name]
    if (flag !== undefined) return { text: flag, where: `--${name.replaceAll('_', '-')}` }
    const value = variables[variable]
    if (value !== undefined) return { text: value, where: variable }
    return inFile[name] ?? { text: otherwise, where: name }
  }

  const config: Record<string, unknown> = {}
  for (const name of Object.keys(settings) as SettingName[]) {
    const { text, where } = givenFor(name)
    try {
      config[name] = settings[name].read(text)
    } catch (error) {
      const shown = secret.has(name) ? '' : ` "${text}"`
      problems.push(`${where}${shown} ${reasonOf(error)}`)
    }
  }
  if (problems.length > 0) throw new Error(`The configuration is wrong:\n  ${problems.join('\n  ')}`)
  return config as Config
}
