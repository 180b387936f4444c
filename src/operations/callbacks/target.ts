import { failure } from '../../domain/failures.ts'

export const privateTarget = failure(
  'illegal_argument',
  'url must not lead to a private, link-local or loopback address',
  {
    en: 'the host of `url` is an address that the server may not call (`callback_networks`)',
    zh: '`url` 的主机是服务端不得访问的地址（`callback_networks`）',
  },
)
