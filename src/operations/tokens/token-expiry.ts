import { longestTtl, readToken } from '../../auth/tokens.ts'
import { foldUsername } from '../../domain/user.ts'
import { tokenHolder } from '../allowed.ts'
import { read } from '../operation.ts'
import { exactly, milliseconds } from '../schemas.ts'

/** When the token of this call ends. */
export const getTokenExpiry = read({
  id: 'getTokenExpiry',
  routes: ['GET /sdk/users/:username/token/expires'],
  tag: 'tokens',
  summary: {
    en: 'When the token of this call ends, in Unix ms',
    zh: '本次请求所用 token 的过期时间（Unix 毫秒）',
  },
  allowed: tokenHolder,
  response: exactly({ expire_timestamp: milliseconds('Unix ms.', 'Unix 毫秒时间戳。') }),
  failures: [],
  input: ({ params, token }) => ({ username: foldUsername(params.username), token: token ?? '' }),
  about: ({ username }) => [username],

  run({ app, now }, { token }) {
    const { expiresSeconds } = readToken(app, token) ?? { expiresSeconds: 0 }
    return { expire_timestamp: expiresSeconds === 0 ? now + longestTtl * 1000 : expiresSeconds * 1000 }
  },
})
