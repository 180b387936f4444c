export {
  type Client,
  createClient,
  type ItemOf,
  type ListPath,
  type Options,
  type PathOf,
  type ResultOf,
} from './client.js'
export type { Credentials } from './credentials.js'
export { ChatroomdError, type ErrorWord } from './error.js'
export type { Send } from './retry.js'
export type { components, operations, paths } from './schema.js'
