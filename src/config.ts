import { existsSync, readFileSync } from 'node:fs'
import { settings } from './operator/settings.ts'

/** Settings whose values hold secrets, and are never repeated. */
const secret = new Set(['apps', 'database_url', 'redis_url', 'nats_url', 'metrics_token'] as const)

export type SettingName = keyof typeof settings
export type Config = { [N in SettingName]: ReturnType<(typeof settings)[N]['read']> }

export const settingNames = Object.keys(settings) as SettingName[]

/** Texts of settings by name, as flags or a file give them. */
export type SettingTexts = Partial<Record<SettingName, string>>

/** Whether values of a setting are secrets, which nothing repeats. */
export const isSecret = (name: SettingName): boolean => (secret as Set<SettingName>).has(name)

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

/** Where the file of settings is looked for when nobody names one: the first that is there counts. */
const usualFiles = ['chatroomd.toml', '/etc/chatroomd/chatroomd.toml']

/** The file of settings: one that is named (by `--config` or `CHATROOMD_CONFIG`) has to be there. */
export function configFile(flag: string | undefined, env: Record<string, string | undefined>): string {
  const named = flag ?? env.CHATROOMD_CONFIG
  if (named === undefined) return usualFiles.find((path) => existsSync(path)) ?? ''
  if (existsSync(named)) return named
  throw new Error(`${flag === undefined ? 'CHATROOMD_CONFIG' : '--config'}: there is no file ${named}`)
}

/** The value of `CHATROOMD_…_FILE`: the content of the file, without the line end that editors leave. */
function readSecret(path: string, variable: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8').trimEnd()
  } catch (error) {
    problems.push(`${variable}: ${path} cannot be read: ${reasonOf(error)}`)
    return undefined
  }
}

/** Whether Kubernetes or Docker set it, for a service with our name: the address of that, not a setting of ours. */
const isOfService = (name: string, value: string | undefined): boolean =>
  /^CHATROOMD(_\w+)?_SERVICE_(HOST|PORT(_\w+)?)$/.test(name) ||
  /^CHATROOMD(_\w+)?_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
  (/^CHATROOMD(_\w+)?_PORT$/.test(name) && /^(tcp|udp|sctp):\/\//.test(value ?? ''))

/** The variables that are ours, without those of Kubernetes services. */
function readVariables(env: Record<string, string | undefined>, problems: string[], warn: Warn) {
  const own: Record<string, Given | undefined> = {}
  const ofServices: string[] = []
  const variables = new Set(Object.values(settings).map((each) => each.env))
  const files = new Map([...secret].map((name) => [`${settings[name].env}_FILE`, settings[name].env]))
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('CHATROOMD_') || name === 'CHATROOMD_CONFIG' || value === undefined) continue
    const ofFile = files.get(name)
    if (isOfService(name, value)) ofServices.push(name)
    else if (variables.has(name)) own[name] = { text: value, where: name }
    else if (ofFile !== undefined && env[ofFile] !== undefined)
      problems.push(`${name} and ${ofFile} are both set: leave one of them out`)
    else if (ofFile !== undefined) {
      const text = readSecret(value, name, problems)
      if (text !== undefined) own[ofFile] = { text, where: name }
    } else problems.push(`${name} is not a setting`)
  }
  if (ofServices.length > 0)
    warn(
      `these variables are no settings and were ignored; Kubernetes sets them for a service named chatroomd: ${ofServices.join(', ')}`,
    )
  return own
}

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

type Warn = (text: string) => void

/** The configuration, and for each setting the text that counts and where it stands. */
export interface Read {
  config: Config
  /** Its file; empty where there is none. */
  file: string
  given: Record<SettingName, Given>
}

/**
 * Reads the configuration: a flag wins over the environment, that over the file, that over the default. Variables that
 * hold secrets can name a file instead: `CHATROOMD_DATABASE_URL_FILE`. Fails with every problem at once.
 */
export function readSettings(
  flags: SettingTexts,
  env: Record<string, string | undefined>,
  file: string,
  warn: Warn = () => undefined,
): Read {
  const problems: string[] = []
  const inFile = readFile(file, problems)
  const variables = readVariables(env, problems, warn)

  function givenFor(name: SettingName): Given {
    const { env: variable, default: otherwise } = settings[name]
    const flag = flags[name]
    if (flag !== undefined) return { text: flag, where: `--${name.replaceAll('_', '-')}` }
    return variables[variable] ?? inFile[name] ?? { text: otherwise, where: name }
  }

  const config: Record<string, unknown> = {}
  const given: Partial<Read['given']> = {}
  for (const name of settingNames) {
    const { text, where } = givenFor(name)
    given[name] = { text, where }
    try {
      config[name] = settings[name].read(text)
    } catch (error) {
      const shown = isSecret(name) ? '' : ` "${text}"`
      problems.push(`${where}${shown} ${reasonOf(error)}`)
    }
  }
  if (problems.length > 0) throw new Error(`The configuration is wrong:\n  ${problems.join('\n  ')}`)
  return { config: config as Config, file, given: given as Read['given'] }
}

/** The configuration as `readSettings` has it. */
export const readConfig = (...from: Parameters<typeof readSettings>): Config => readSettings(...from).config
