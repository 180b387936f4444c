import type { Config } from '../config.ts'
import { readNetworks } from './networks.ts'

const networks = ['trusted_proxies', 'callback_networks'] as const
type Networks = (typeof networks)[number]

/** A configuration that can be sent to another thread: without functions. */
export type SentConfig = Omit<Config, Networks> & Record<Networks, string>

export const sentConfig = (config: Config): SentConfig => ({
  ...config,
  trusted_proxies: config.trusted_proxies?.text ?? '',
  callback_networks: config.callback_networks?.text ?? '',
})

export const receivedConfig = (sent: SentConfig): Config => ({
  ...sent,
  trusted_proxies: readNetworks(sent.trusted_proxies),
  callback_networks: readNetworks(sent.callback_networks),
})
