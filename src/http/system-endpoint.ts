import type { TSchema } from '@sinclair/typebox'
import type { Server } from 'bun'
import type { FailureRow } from '../domain/failures.ts'
import type { Text } from '../domain/text.ts'
import type { Parameter } from '../operations/parameters.ts'

/** A call that is about the server, not about an app: health, metrics, the API description. */
export interface SystemEndpoint {
  id: string
  path: string
  summary?: Text
  description?: Text
  parameters?: readonly Parameter[]
  response?: TSchema
  failures?: readonly FailureRow[]
  /** Responses by status that are neither a success nor in the error envelope. */
  others?: Readonly<Record<number, TSchema>>
  /** Left out of the API description. */
  isHidden?: boolean
  /** For the operator: it can be moved to an address of its own, and require a token. */
  isPage?: boolean
  respond(request: Request, server: Server<unknown>): Response | Promise<Response>
}
