import { Type as t } from '@sinclair/typebox'
import { failure } from '../../domain/failures.ts'
import { limits } from '../../domain/limits.ts'
import { appOnly } from '../allowed.ts'
import { read, type Transaction, write } from '../operation.ts'
import { bounds, exactly, says } from '../schemas.ts'
import {
  type CheckedRule,
  checkGiven,
  checkSecret,
  checkWhole,
  ruleFailures,
  termsWith,
} from './check-rule.ts'
import {
  callbackMissing,
  Enabled,
  Events,
  Kinds,
  lockedRule,
  Name,
  noFilter,
  OnFailure,
  Report,
  Rooms,
  Rule,
  RuleWithSecret,
  ruleChanged,
  Sources,
  shown,
  Timeout,
  Url,
  Users,
  When,
} from './schemas.ts'
import { newCallbackSecret } from './secrets.ts'
import { privateTarget } from './target.ts'

const most = limits.callbacks.value

const tooManyCallbacks = failure('exceed_limit', `an app has at most ${most} callbacks`, {
  en: `there are ${most} rules already`,
  zh: `规则数已达 ${most} 个`,
  lift: { en: 'delete a callback first', zh: '先删除一个回调', calls: ['deleteCallback'] },
})

const callbackNameTaken = failure('illegal_argument', 'a callback named {name} already exists!', {
  en: 'another rule has this name',
  zh: '名称已被其他规则使用',
})

async function checkNotTaken({ app, store }: Transaction, name: string, but?: string): Promise<void> {
  for (const rule of await store.callbacks.callbackRules(app.id))
    if (rule.name === name && rule.id !== but) throw callbackNameTaken({ name })
}

const shared = { tag: 'callbacks', allowed: appOnly } as const

const fields = {
  when: t.Optional(When),
  events: t.Optional(Events),
  rooms: t.Optional(Rooms),
  users: t.Optional(Users),
  kinds: t.Optional(Kinds),
  sources: t.Optional(Sources),
  timeout: t.Optional(Timeout),
  onFailure: t.Optional(OnFailure),
  report: t.Optional(Report),
  enabled: t.Optional(Enabled),
}

export const createCallback = write({
  ...shared,
  id: 'createCallback',
  routes: ['POST /callbacks'],
  summary: { en: 'Create a callback rule', zh: '创建回调规则' },
  description: {
    en: `At most ${most}. It gets the events from now on. The secret is shown this once.`,
    zh: `最多 ${most} 条。从创建时起的事件会被通知。密钥仅返回这一次。`,
  },
  body: exactly({
    name: Name,
    url: Url,
    ...fields,
    secret: t.Optional(
      t.String({
        ...says('One of your own; otherwise it is generated.', '自定义密钥；不传则自动生成。'),
        examples: ['whsec_Y2hhdHJvb21kLWV4YW1wbGUtc2VjcmV0LTMyYnl0ZXM='],
        ...bounds({ maxLength: limits.callbackSecret.value }),
      }),
    ),
  }),
  response: { ownPath: true, data: RuleWithSecret },
  failures: [...ruleFailures, privateTarget, callbackNameTaken, tooManyCallbacks],
  input({ body: { secret, ...given } }, services) {
    const checked = checkGiven(given)
    services.checkTarget(checked.url ?? '')
    return { given: checked, secret: secret === undefined ? newCallbackSecret() : checkSecret(secret) }
  },

  async run(transaction, { given, secret }: { given: CheckedRule; secret: string }) {
    const { app, store, now, tick } = transaction
    const { name = '', url = '', when = 'after', events = [], enabled = false, filter, terms } = given
    checkWhole({ name, when, events })
    await store.callbacks.lockCallbacks(app.id)
    await checkNotTaken(transaction, name)
    if ((await store.callbacks.callbackRules(app.id)).length >= most) throw tooManyCallbacks()
    const rule = {
      id: await store.newId(),
      name,
      url,
      when,
      events,
      filter: { ...noFilter, ...filter },
      before: termsWith(when, terms),
      enabled,
      secrets: [{ secret, created: now }],
      created: now,
      version: 1,
    }
    await store.callbacks.addCallback(app.id, rule, tick())
    await ruleChanged(transaction, rule.id, 'created')
    return { ...shown(rule), secret }
  },
})

export const listCallbacks = read({
  ...shared,
  id: 'listCallbacks',
  routes: ['GET /callbacks'],
  summary: { en: 'List the callback rules', zh: '获取回调规则列表' },
  response: { ownPath: true, data: t.Array(Rule), count: true },
  failures: [],
  input: () => ({}),
  run: ({ app, store }) => store.callbacks.callbackRules(app.id),
  reply: (rules) => ({ data: rules.map(shown), count: rules.length }),
})

export const getCallback = read({
  ...shared,
  id: 'getCallback',
  routes: ['GET /callbacks/:callback_id'],
  summary: { en: 'Get a callback rule', zh: '获取单个回调规则' },
  response: { ownPath: true, data: Rule },
  failures: [callbackMissing],
  input: ({ params }) => ({ id: params.callback_id }),

  async run({ app, store }, { id }) {
    const rule = await store.callbacks.callbackRule(app.id, id)
    if (!rule) throw callbackMissing({ callback_id: id })
    return shown(rule)
  },
})

export const changeCallback = write({
  ...shared,
  id: 'changeCallback',
  routes: ['PUT /callbacks/:callback_id'],
  summary: { en: 'Change a callback rule', zh: '修改回调规则' },
  description: {
    en: 'What is not given stays. A rule that is enabled again goes on with what happens from then on.',
    zh: '未传的字段不变。重新启用的规则从启用时起通知。',
  },
  body: exactly({ name: t.Optional(Name), url: t.Optional(Url), ...fields }),
  response: { ownPath: true, data: Rule },
  failures: [callbackMissing, ...ruleFailures, privateTarget, callbackNameTaken],
  input({ params, body }, services) {
    const given = checkGiven(body)
    if (given.url !== undefined) services.checkTarget(given.url)
    return { id: params.callback_id, given }
  },

  async run(transaction, { id, given }: { id: string; given: CheckedRule }) {
    const { app, store, tick } = transaction
    const before = await lockedRule(transaction, id)
    const { terms, filter, ...fields } = given
    const when = fields.when ?? before.when
    const rule = {
      ...before,
      ...fields,
      filter: { ...before.filter, ...filter },
      before: termsWith(when, terms, before.before),
    }
    checkWhole(rule)
    await checkNotTaken(transaction, rule.name, id)
    await store.callbacks.changeCallback(app.id, rule)
    if (rule.enabled && !before.enabled) await store.callbacks.skipToNow(app.id, id, tick())
    await ruleChanged(transaction, id, 'changed')
    return shown(rule)
  },
})

export const deleteCallback = write({
  ...shared,
  id: 'deleteCallback',
  routes: ['DELETE /callbacks/:callback_id'],
  summary: { en: 'Delete a callback rule', zh: '删除回调规则' },
  description: { en: 'With all that waits for it.', zh: '等待投递的回调一并删除。' },
  response: { ownPath: true, data: exactly({ result: t.Literal('ok') }) },
  failures: [callbackMissing],
  input: ({ params }) => ({ id: params.callback_id }),

  async run(transaction, { id }) {
    await lockedRule(transaction, id)
    await transaction.store.callbacks.removeCallback(transaction.app.id, id)
    await ruleChanged(transaction, id, 'deleted')
    return { result: 'ok' as const }
  },
})
