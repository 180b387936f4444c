import { Type as t } from '@sinclair/typebox'
import { type FailureWord, failures } from '../domain/failure.ts'
import { type Envelope, exactly, milliseconds, sampleUuid, says } from '../operations/schemas.ts'

const nothing = t.Array(t.Unknown(), { maxItems: 0, examples: [[]] })

const always = {
  action: t.String(says('Method of the request, in lower case.', '请求方法，小写。')),
  application: t.String({ ...says('UUID of the app.', '应用的 UUID。'), examples: [sampleUuid] }),
  applicationName: t.String({
    ...says('The `app_name` of the path.', '路径中的 `app_name`。'),
    examples: ['chat'],
  }),
  organization: t.String({
    ...says('The `org_name` of the path.', '路径中的 `org_name`。'),
    examples: ['demo'],
  }),
  uri: t.String(says('URL of the request, without the query.', '请求 URL，不含查询参数。')),
}

const Count = t.Integer({ ...says('How many the response holds.', '本次返回的数量。'), examples: [1] })

const Total = t.Optional(
  t.Integer(says('How many there are on all pages, with `total=true`.', '总数，`total=true` 时返回。')),
)

const Cursor = t.Optional(
  t.String(says('Where the next page starts; absent on the last.', '下一页的起始位置；最后一页不返回。')),
)

const Params = t.Optional(
  t.Record(t.String(), t.Array(t.String()), {
    ...says('The query, echoed: each value an array of texts.', '原样返回的查询参数，每个值都是字符串数组。'),
    examples: [{ limit: ['2'] }],
  }),
)

const timestamp = milliseconds('When the response was written, Unix ms.', '响应时间，Unix 毫秒。')
const duration = t.Integer({ ...says('From request to response, ms.', '请求耗时，毫秒。'), examples: [1] })

/** The success envelope [envelope], or what the service of user attributes sends instead. */
export const enveloped = (envelope: Envelope, hasDryRun: boolean) =>
  envelope.bare && envelope.data
    ? exactly({ timestamp, data: envelope.data, duration })
    : fullEnvelope(envelope, hasDryRun)

const DryRun = {
  dry_run: t.Optional(t.Literal(true, says('Nothing was changed.', '未做任何修改。'))),
  events: t.Optional(
    t.Array(t.Object({ type: t.String(), room: t.String() }), {
      ...says('What would happen.', '将会发生的事件。'),
    }),
  ),
}

const fullEnvelope = (
  { data, count, total, cursor, params, users, path, ownPath, entities, metadata }: Envelope,
  hasDryRun: boolean,
) =>
  exactly({
    ...always,
    ...(users ? { path: t.Literal('/users') } : {}),
    ...(path ? { path: t.Literal(path) } : {}),
    ...(ownPath
      ? { path: t.String(says('Path of the call, below the app.', '接口路径，不含应用部分。')) }
      : {}),
    ...(params ? { params: Params } : {}),
    entities: entities ? t.Array(entities) : nothing,
    ...(data ? { data } : {}),
    ...(count === true ? { count: Count } : count ? { count: t.Optional(Count) } : {}),
    ...(total ? { total: Total } : {}),
    ...(cursor ? { cursor: Cursor } : {}),
    ...(metadata === 'removed' ? { status: t.Literal('ok') } : {}),
    ...(hasDryRun ? DryRun : {}),
    properties: exactly({}),
    timestamp,
    duration,
  })

/** The error envelope [errors]. */
export const ErrorEnvelope = exactly({
  error: t.Unsafe<FailureWord>({ type: 'string', enum: Object.keys(failures) }),
  exception: t.String(says('Stable and opaque.', '固定的不透明标识。')),
  error_description: t.String(
    says('Exact text; client SDKs compare it.', '固定文案，客户端 SDK 会据此判断。'),
  ),
  timestamp: milliseconds('Unix ms.', 'Unix 毫秒时间戳。'),
  duration: t.Literal(0),
  properties: exactly({}),
  error_code: t.Optional(
    t.Integer(says('From the service of custom attributes only.', '仅自定义属性接口返回。')),
  ),
  desc: t.Optional(
    t.String(
      says(
        'The text again; from the service of custom attributes only.',
        '同错误文案，仅自定义属性接口返回。',
      ),
    ),
  ),
  result: t.Optional(
    t.String(says('The text again, where a service is not open.', '同错误文案，仅服务未开通时返回。')),
  ),
})
