import { type TSchema, Type as t } from '@sinclair/typebox'
import { type FailureWord, failures } from '../failure.ts'

/**
 * A failure that a call can answer: its word, its text with `{names}` for what varies, when it comes, and the status
 * where it departs from the word's usual one.
 */
export type Row = readonly [word: FailureWord, text: string, when: string, status?: number]

/** What a call answers: kept in the route's `detail`, turned into OpenAPI responses by `openapi.ts`. */
export interface Replies {
  'x-answer': TSchema
  'x-failures': readonly Row[]
  'x-others': Record<number, TSchema>
}

/** Says what a call answers when all is well, the failures that are its own, and answers by status that are no envelope. */
export const replies = (
  answer: TSchema,
  rows: readonly Row[] = [],
  others: Record<number, TSchema> = {},
): Replies => ({
  'x-answer': answer,
  'x-failures': rows,
  'x-others': others,
})

export const sampleUuid = '5f0c2a74-1d3b-4c55-9a10-6f2be0c7d911'

/** A moment, in Unix ms. */
export const milliseconds = (description: string) => t.Integer({ description, examples: [1767225600123] })

export const UserId = t.String({ description: 'User id, in lower case.', examples: ['alice'] })
export const RoomId = t.String({ description: 'Chat room id.', examples: ['248710559375361'] })

/** What an envelope has beside the fields that all have. */
interface Parts {
  data?: TSchema
  /** The answer is a list, and says how many it holds; `of arrays` where `data` is not always one. */
  count?: boolean | 'of arrays'
  /** The answer has a cursor unless it is the last page. */
  cursor?: boolean
  /** The query is echoed. */
  params?: boolean
  /** The call is about users, and has `path`. */
  users?: boolean
  /** The service of custom attributes says `status`. */
  status?: boolean
  /** What `entities` holds; nothing on calls about chat rooms. */
  entities?: TSchema
}

const nothing = t.Array(t.Unknown(), { maxItems: 0, examples: [[]] })

const anEnvelope = {
  action: t.String({ description: 'Method of the request, in lower case.' }),
  application: t.String({ description: 'UUID of the app.', examples: [sampleUuid] }),
  applicationName: t.String({ description: 'The `app_name` of the path.', examples: ['chat'] }),
  organization: t.String({ description: 'The `org_name` of the path.', examples: ['demo'] }),
  uri: t.String({ description: 'URL of the request, without the query.' }),
}

const aCount = t.Integer({ description: 'How many the answer holds.', examples: [1] })

/** The success envelope (management page, "common response parameters"). */
export const enveloped = ({ data, count, cursor, params, users, entities, status }: Parts) =>
  t.Object(
    {
      ...anEnvelope,
      ...(users ? { path: t.Literal('/users') } : {}),
      ...(params
        ? {
            params: t.Optional(
              t.Record(t.String(), t.Array(t.String()), {
                description: 'The query, echoed: each value an array of texts.',
                examples: [{ limit: ['2'] }],
              }),
            ),
          }
        : {}),
      entities: entities ? t.Array(entities) : nothing,
      ...(data ? { data } : {}),
      ...(count === true ? { count: aCount } : count ? { count: t.Optional(aCount) } : {}),
      ...(cursor
        ? { cursor: t.Optional(t.String({ description: 'Where the next page starts; absent on the last.' })) }
        : {}),
      ...(status ? { status: t.Literal('ok') } : {}),
      properties: t.Object({}, { additionalProperties: false }),
      timestamp: milliseconds('When the answer was written, Unix ms.'),
      duration: t.Integer({ description: 'From request to answer, ms.', examples: [1] }),
    },
    { additionalProperties: false },
  )

/** The error envelope (errors and status codes: section 1). */
export const ErrorEnvelope = t.Object(
  {
    error: t.Unsafe<FailureWord>({ type: 'string', enum: Object.keys(failures) }),
    exception: t.String({ description: 'Stable and opaque.' }),
    error_description: t.String({ description: 'Exact text; client SDKs compare it.' }),
    timestamp: milliseconds('Unix ms.'),
    duration: t.Literal(0),
    properties: t.Object({}, { additionalProperties: false }),
    error_code: t.Optional(t.Integer({ description: 'From the service of custom attributes only.' })),
    desc: t.Optional(
      t.String({ description: 'The text again; from the service of custom attributes only.' }),
    ),
  },
  { additionalProperties: false },
)
