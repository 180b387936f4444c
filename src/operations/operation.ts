import type { Static, TSchema } from '@sinclair/typebox'
import { andThen } from '../domain/and-then.ts'
import type { AppRecord } from '../domain/app.ts'
import type { Caller } from '../domain/event.ts'
import type { Failure } from '../domain/failure.ts'
import { type FailureKind, type FailureRow, roomDisabled, roomMissing } from '../domain/failures.ts'
import type { Role } from '../domain/role.ts'
import { type Room, roomChanged, versionOf } from '../domain/room.ts'
import type { Shows } from '../domain/subject.ts'
import type { Text } from '../domain/text.ts'
import type { Write } from '../engine/commit.ts'
import type { Transaction } from '../engine/transaction.ts'
import type { Awaitable } from '../store/database.ts'
import type { ReadStore } from '../store/store.ts'
import { type Allowed, isForUsers } from './allowed.ts'
import { authorise } from './authorise.ts'
import type { BodyWords } from './body-words.ts'
import type { Parameter } from './parameters.ts'
import { withReason } from './reason.ts'
import type { OperationRequest, Reply } from './request.ts'
import type { Envelope } from './schemas.ts'
import type { Services } from './services.ts'
import type { Tag } from './tags.ts'

/** What a read is given. */
export interface ReadContext {
  app: AppRecord
  caller: Caller
  store: ReadStore
  /** Unix ms. */
  now: number
}

/** What an action is given: services that do more than the store. */
export interface ActionContext extends ReadContext {
  services: Services
}

export type { Transaction }

/** What an operation on one room is given beside it: the room, locked until a write ends, and the caller's role there. */
export interface InRoom {
  room: Room
  role: Role
}

/** How an operation is called over HTTP. */
interface Described {
  /** `POST /chatrooms/:chatroom_id/mute`, below `/{org}/{app}`; aliases follow the documented one. */
  routes: readonly string[]
  tag: Tag
  summary: Text
  description?: Text
  /** Parameters of the query, and those of the path that need more than their name. */
  parameters?: readonly Parameter[]
  /** What the success envelope holds, or the whole response where it has none. */
  response: Envelope | TSchema
  /** Failures of its own, beside those that follow from its token, its body and its path. */
  failures: readonly FailureRow[]
  /** Whether its response differs by dialect; where the `User-Agent` decides, it has `Vary`. */
  hasDialects?: boolean
  /** `action` of the envelope, where the reference has a word of its own instead of the method. */
  action?: string
  /** How a body is refused, where that is not as the service of chat rooms does; these failures are in `failures`. */
  bodyWords?: BodyWords
  /** The body is a form, as clients of the service of user attributes send it; JSON is read, too. */
  form?: boolean
  /** The body is a file in multipart form, which the operation receives itself. */
  upload?: boolean
  /** No token is needed: never, or where the app allows open registration; `otherwise` is its refusal elsewhere. */
  withoutToken?: 'always' | { where: 'openRegistration'; otherwise: FailureRow & (() => Failure) }
  /** Calls a second of one app where its `rateLimits` are on; 100 if not given. */
  callsPerSecond?: number
}

interface Mapped<Input, Output, Body extends TSchema, Route extends string> {
  routes: readonly Route[]
  body?: Body
  /** Another write that the request means, where the reference gives both one route; its output is the `data`. */
  instead?(given: OperationRequest<Static<Body>, Route>): Instead | undefined
  /** Reads the request. What it throws comes before any refusal by role. */
  input(given: OperationRequest<Static<Body>, Route>, services: Services): Awaitable<Input>
  /** Makes the reply of the output; without it the output is the reply's `data`. */
  reply?(output: Output, input: Input, given: OperationRequest<Static<Body>, Route>): Reply
  /** What the response shows: it is cached until any of that changes. Undefined: not cached. */
  dependsOn?: Shows<Input, Output, OperationRequest<Static<Body>, Route>>
}

interface Instead {
  operation: WriteOperation
  input: unknown
}

interface Named<Input> {
  /** Its name in the API description, the event log, metrics and the permission table. */
  id: string
  allowed: Allowed
  /** Users that the call is about, for those who may do it to themselves only. */
  about?(input: Input): string[]
  /** Its name in the audit trail, where that has an older one. */
  auditedAs?(input: Input): string
  /** Of a write: see `WriteOperation`. */
  sharesTransaction?: boolean
}

interface NamedInRoom<Input> extends Named<Input> {
  /** The failure for an id that names no room; `roomMissing` if not given. */
  missing?: FailureKind<string & `${string}{chatroom_id}${string}`>
}

/** How an operation is called over HTTP, for those that do not know its types. */
export interface HttpCall extends Described {
  body: TSchema | undefined
  instead: ((given: OperationRequest) => Instead | undefined) | undefined
  input(given: OperationRequest, services: Services): Awaitable<unknown>
  reply(output: unknown, input: unknown, given: OperationRequest): Reply
  dependsOn: Shows<unknown, unknown, OperationRequest> | undefined
}

interface Runs<Context, Input, Output> {
  id: string
  allowed: Allowed
  call: HttpCall | undefined
  /** Authorises the caller, then runs. */
  execute(context: Context, input: Input): Awaitable<Output>
}

/** An operation that only reads. */
export interface ReadOperation<Input = never, Output = unknown> extends Runs<ReadContext, Input, Output> {
  kind: 'read'
}

/** An operation that writes in one transaction. */
export interface WriteOperation<Input = never, Output = unknown>
  extends Runs<Transaction, Input, Output>,
    Write<Input, Output> {
  kind: 'write'
}

/** An operation that does something else: issues a token, sends a message, stores a file. */
export interface ActionOperation<Input = never, Output = unknown> extends Runs<ActionContext, Input, Output> {
  kind: 'action'
}

export type Operation = ReadOperation | WriteOperation | ActionOperation

/** An operation that is called over HTTP. */
export type HttpOperation = Operation & { call: HttpCall }

type Declared<Context, Input, Output, Body extends TSchema, Route extends string> = Named<Input> & {
  run(context: Context, input: Input): Awaitable<Output>
} & ((Described & Mapped<Input, Output, Body, Route>) | { routes?: undefined })

type DeclaredInRoom<Context, Input, Output, Body extends TSchema, Route extends string> = Declared<
  Context & InRoom,
  Input,
  Output,
  Body,
  Route
> &
  NamedInRoom<Input>

function callOf<Context, Input, Output, Body extends TSchema, Route extends string>(
  declared: Declared<Context, Input, Output, Body, Route>,
  missing?: FailureRow,
  more: FailureRow[] = [],
): HttpCall | undefined {
  if (declared.routes === undefined) return undefined
  const { body, input, reply = (data: Output): Reply => ({ data }) } = declared
  return {
    ...declared,
    body,
    failures: [...(missing ? [missing] : []), ...more, ...declared.failures],
    instead: declared.instead as HttpCall['instead'],
    input: input as HttpCall['input'],
    reply: reply as HttpCall['reply'],
    dependsOn: declared.dependsOn as HttpCall['dependsOn'],
  }
}

function namedAs<Input>({ id, allowed, auditedAs }: Named<Input>) {
  return { id, allowed, ...(auditedAs ? { auditedAs } : {}) }
}

/** Authorises the caller before `run`; the role is known at once where the app itself calls. */
const authorised =
  <Context extends ReadContext | Transaction, Input, Output>({
    allowed,
    about,
    run,
  }: Named<Input> & { run(context: Context, input: Input): Awaitable<Output> }) =>
  (context: Context, input: Input): Awaitable<Output> => {
    const role = authorise(context, allowed, undefined, about?.(input))
    return andThen(role, () => run(context, input))
  }

/** Declares an operation that only reads. */
export const read = <Input, Output, const Route extends string, Body extends TSchema = TSchema>(
  declared: Declared<ReadContext, Input, Output, Body, Route>,
): ReadOperation<Input, Output> => {
  const { id, allowed } = declared
  return { kind: 'read', id, allowed, call: callOf(declared), execute: authorised(declared) }
}

/** Finds the room and authorises the caller in it before `run`. */
const inRoom =
  <Context extends ReadContext, Input extends { room: string }, Output>({
    allowed,
    about,
    missing = roomMissing,
    run,
  }: NamedInRoom<Input> & { run(context: Context & InRoom, input: Input): Awaitable<Output> }) =>
  (context: Context, input: Input): Awaitable<Output> =>
    andThen(context.store.rooms.findRoom(context.app.id, input.room), (room) => {
      if (!room) throw missing({ chatroom_id: input.room })
      return andThen(authorise(context, allowed, room, about?.(input)), (role) =>
        run({ ...context, room, role }, input),
      )
    })

/** Declares an operation that reads one room, which its input names. */
export const readRoom = <
  Input extends { room: string },
  Output,
  const Route extends string,
  Body extends TSchema = TSchema,
>(
  declared: DeclaredInRoom<ReadContext, Input, Output, Body, Route>,
): ReadOperation<Input, Output> => {
  const { id, allowed, missing = roomMissing } = declared
  return { kind: 'read', id, allowed, call: callOf(declared, missing), execute: inRoom(declared) }
}

/** Declares an operation that writes. */
export const write = <Input, Output, const Route extends string, Body extends TSchema = TSchema>(
  declared: Declared<Transaction, Input, Output, Body, Route>,
): WriteOperation<Input, Output> => ({
  kind: 'write',
  ...namedAs(declared),
  sharesTransaction: declared.sharesTransaction ?? false,
  call: callOf(declared),
  execute: authorised(declared),
})

/** Declares an operation that changes one room, which its input names and which is locked while it runs. */
export const writeRoom = <
  Input extends { room: string },
  Output,
  const Route extends string,
  Body extends TSchema = TSchema,
>(
  declared: DeclaredInRoom<Transaction, Input, Output, Body, Route>,
): WriteOperation<Input, Output> => {
  const { allowed, about, missing = roomMissing, run } = declared
  return {
    kind: 'write',
    ...namedAs(declared),
    sharesTransaction: false,
    call: withReason(
      callOf(declared, missing, isForUsers(allowed) ? [roomDisabled, roomChanged] : [roomChanged]),
    ),
    async execute(transaction, input) {
      const room = await transaction.store.rooms.lockRoom(transaction.app.id, input.room)
      if (!room) throw missing({ chatroom_id: input.room })
      const role = await authorise(transaction, allowed, room, about?.(input))
      if (room.disabled && transaction.caller.kind === 'user') throw roomDisabled()
      const { version } = transaction
      if (version !== undefined && version !== versionOf(room))
        throw roomChanged({ version: versionOf(room) })
      const emit: Transaction['emit'] = (event, of = room.id) => transaction.emit(event, of)
      return run({ ...transaction, room, role, emit }, input)
    },
  }
}

/** Declares an operation that uses services. */
export const action = <Input, Output, const Route extends string, Body extends TSchema = TSchema>(
  declared: Declared<ActionContext, Input, Output, Body, Route>,
): ActionOperation<Input, Output> => {
  const { id, allowed } = declared
  return { kind: 'action', id, allowed, call: callOf(declared), execute: authorised(declared) }
}

/** Declares an operation on one room, which its input names, that uses services. */
export const actionInRoom = <
  Input extends { room: string },
  Output,
  const Route extends string,
  Body extends TSchema = TSchema,
>(
  declared: DeclaredInRoom<ActionContext, Input, Output, Body, Route>,
): ActionOperation<Input, Output> => {
  const { id, allowed, missing = roomMissing } = declared
  return { kind: 'action', id, allowed, call: callOf(declared, missing), execute: inRoom(declared) }
}
