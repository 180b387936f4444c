import { Type as t } from '@sinclair/typebox'
import { says } from '../schemas.ts'

/** Attributes by name; web SDKs know `nickname`, `avatarurl`, `phone`, `mail`, `gender`, `sign`, `birth` and `ext`. */
export const Attributes = t.Record(t.String(), t.String(), {
  ...says(
    'Texts by key; clients show `nickname` and `avatarurl`.',
    '键值对，值为字符串；客户端会展示 `nickname` 和 `avatarurl`。',
  ),
  examples: [{ nickname: 'Alice', avatarurl: 'https://example.com/alice.png' }],
})
