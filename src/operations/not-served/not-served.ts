import { type TSchema, Type as t } from '@sinclair/typebox'
import type { Failure } from '../../domain/failure.ts'
import type { FailureRow } from '../../domain/failures.ts'
import type { Text } from '../../domain/text.ts'
import { everyone } from '../allowed.ts'
import { type Operation, type ReadOperation, read } from '../operation.ts'
import { exactly, loosely } from '../schemas.ts'

/** Calls of a feature that this server does not have. */
export interface NotServed {
  name: Text
  operations: readonly Operation[]
}

/** Operation ids and their routes. */
type Calls = Record<string, string>

/** Declares some calls of a feature by its name. */
type Some = (name: Text) => ReadOperation[]

const declared = (name: Text, description: Text, id: string, route: string) => ({
  id,
  routes: [route],
  tag: 'notServed' as const,
  summary: { en: `${name.en}: not served`, zh: `${name.zh}：不提供` },
  description,
  allowed: everyone,
})

/** The schema of one value and no other. */
function schemaOf(value: unknown): TSchema {
  if (Array.isArray(value)) return t.Array(t.Unknown(), { maxItems: 0, examples: [[]] })
  if (typeof value === 'string' || typeof value === 'number') return t.Literal(value)
  return exactly(
    Object.fromEntries(Object.entries(value as object).map(([key, inner]) => [key, schemaOf(inner)])),
    { examples: [value] },
  )
}

const isAnsweredWithNothing = {
  en: 'Answered as if there were nothing, so that clients start without an error.',
  zh: '返回空结果，使客户端启动时不报错。',
}

/** Calls that are refused in the words that client SDKs know. */
export const refused =
  (refusal: FailureRow & (() => Failure), calls: Calls): Some =>
  (name) =>
    Object.entries(calls).map(([id, route]) =>
      read({
        ...declared(
          name,
          { en: 'Refused in the words that client SDKs know.', zh: '以客户端 SDK 认识的错误文案拒绝。' },
          id,
          route,
        ),
        response: t.Never(),
        failures: [refusal],
        input: () => ({}),
        run: (): never => {
          throw refusal()
        },
      }),
    )

/** Calls that return this `data`, an empty result. */
export const withNothing =
  (data: object, calls: Calls): Some =>
  (name) =>
    Object.entries(calls).map(([id, route]) =>
      read({
        ...declared(name, isAnsweredWithNothing, id, route),
        response: { data: schemaOf(data) },
        failures: [],
        input: () => ({}),
        run: () => data,
      }),
    )

/** Calls of services that respond without the envelope. */
export const withBareNothing =
  (body: object, calls: Calls): Some =>
  (name) =>
    Object.entries(calls).map(([id, route]) =>
      read({
        ...declared(name, isAnsweredWithNothing, id, route),
        response: schemaOf(body),
        failures: [],
        input: () => ({}),
        run: () => body,
      }),
    )

/** Calls whose body is returned, and not stored. */
export const withItsBody =
  (calls: Calls): Some =>
  (name) =>
    Object.entries(calls).map(([id, route]) =>
      read({
        ...declared(
          name,
          { en: 'The body is returned, and not stored.', zh: '原样返回请求体，但不保存。' },
          id,
          route,
        ),
        body: loosely({}, { examples: [{ type: 'NONE' }] }),
        response: { data: t.Object({}, { examples: [{ type: 'NONE' }] }) },
        failures: [],
        input: ({ body }: { body: object }) => body,
        run: (_, body) => body,
      }),
    )

/** Declares a feature that is not served, and what those who call it get. */
export const notServed = (name: Text, ...some: Some[]): NotServed => ({
  name,
  operations: some.flatMap((each) => each(name)),
})
