import { existsSync, readFileSync } from 'node:fs'

/** One setting: its variable, how its text is read, its default and what it means. */
interface Setting<T> {
  env: string
  read(text: string): T
  default: string
  meaning: string
}

const setting = <T>(
  env: string,
  read: (text: string) => T,
  defaultText: string,
  meaning: string,
): Setting<T> => ({
  env,
  read,
  default: defaultText,
  meaning,
})

const text = (value: string): string => value

const integer = (least: number, most: number) => (value: string) => {
  if (!/^\d+$/.test(value) || Number(value) < least || Number(value) > most) {
    throw new Error(`must be a whole number from ${least} to ${most}`)
  }
  return Number(value)
}

const oneOf =
  <T extends string>(...words: T[]) =>
  (value: string): T => {
    const word = words.find((each) => each === value)
    if (word === undefined) throw new Error(`must be one of ${words.join(', ')}`)
    return word
  }

const databaseUrl = (value: string): string => {
  if (value !== '' && !/^postgres(ql)?:\/\//.test(value)) throw new Error('must begin with postgres://')
  return value
}

/** An app to create at start if it is missing. */
export interface StartApp {
  key: string
  clientId: string
  clientSecret: string
}

const startApps = (value: string): StartApp[] =>
  value
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((entry) => {
      const [key = '', clientId = '', clientSecret = '', ...rest] = entry.trim().split(':')
      if (!/^[^#]+#[^#]+$/.test(key) || clientId === '' || clientSecret === '' || rest.length > 0) {
        throw new Error('must be "org#app:client_id:client_secret", several separated by commas')
      }
      return { key, clientId, clientSecret }
    })

/** Every setting of the server. The key is its name in `chatroomd.toml`, in kebab case its flag. */
export const settings = {
  host: setting('CHATROOMD_HOST', text, '127.0.0.1', 'Address the server listens on.'),
  port: setting(
    'CHATROOMD_PORT',
    integer(0, 65_535),
    '8080',
    'Port the server listens on; 0 takes a free one.',
  ),
  data_dir: setting('CHATROOMD_DATA_DIR', text, './data', 'Directory of the embedded store.'),
  database_url: setting(
    'CHATROOMD_DATABASE_URL',
    databaseUrl,
    '',
    'postgres://… keeps everything in PostgreSQL instead of the data directory.',
  ),
  database_pool: setting(
    'CHATROOMD_DATABASE_POOL',
    integer(2, 1000),
    '10',
    'Most connections of one process to PostgreSQL.',
  ),
  database_timeout: setting(
    'CHATROOMD_DATABASE_TIMEOUT',
    integer(100, 600_000),
    '5000',
    'Milliseconds after which a request that waits for PostgreSQL is answered 503.',
  ),
  log_level: setting(
    'CHATROOMD_LOG_LEVEL',
    oneOf('debug', 'info', 'warn', 'error', 'silent'),
    'info',
    'Least severe log lines to write; debug has a line for every request.',
  ),
  apps: setting(
    'CHATROOMD_APPS',
    startApps,
    '',
    'Apps to create at start if they are missing: "org#app:client_id:client_secret[,…]".',
  ),
}

/** Settings whose values hold secrets, and are never repeated. */
const secret = new Set(['apps', 'database_url'])

type SettingName = keyof typeof settings
export type Config = { [N in SettingName]: ReturnType<(typeof settings)[N]['read']> }

/** Texts of settings by name, as flags or a file give them. */
export type SettingTexts = Partial<Record<SettingName, string>>

const isSetting = (name: string): name is SettingName => Object.hasOwn(settings, name)

function readFile(path: string, problems: string[]): SettingTexts {
  if (!existsSync(path)) return {}
  let table: object
  try {
    table = Bun.TOML.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`)
    return {}
  }
  const texts: SettingTexts = {}
  for (const [name, value] of Object.entries(table)) {
    if (isSetting(name)) texts[name] = String(value)
    else problems.push(`${path}: ${name} is not a setting`)
  }
  return texts
}

/**
 * The configuration: a flag wins over the environment, that over `chatroomd.toml`, that over the default.
 * Fails with every problem at once: unknown names and bad values.
 */
export function readConfig(
  flags: SettingTexts,
  env: Record<string, string | undefined>,
  file = 'chatroomd.toml',
): Config {
  const problems: string[] = []
  const fromFile = readFile(file, problems)
  const variables = new Set(Object.values(settings).map((each) => each.env))
  for (const name of Object.keys(env)) {
    if (name.startsWith('CHATROOMD_') && !variables.has(name)) problems.push(`${name} is not a setting`)
  }
  const config: Record<string, unknown> = {}
  for (const [name, { env: variable, read, default: otherwise }] of Object.entries(settings)) {
    const given = flags[name as SettingName] ?? env[variable] ?? fromFile[name as SettingName] ?? otherwise
    try {
      config[name] = read(given)
    } catch (error) {
      const shown = secret.has(name) ? '' : ` "${given}"`
      problems.push(`${variable}${shown} ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (problems.length > 0) throw new Error(`The configuration is wrong:\n  ${problems.join('\n  ')}`)
  return config as Config
}
