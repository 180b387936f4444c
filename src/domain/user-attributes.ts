import { failure } from './failures.ts'
import { limits } from './limits.ts'

const mostBytes = limits.userAttributeBytes.value

export const tooManyBytes = failure(
  'FORBIDDEN',
  `size of metadata for this single user exceeds the user defined limit, ${mostBytes}Bytes`,
  {
    en: `the attributes of one user are over ${mostBytes} bytes`,
    zh: `单个用户的属性超过 ${mostBytes} 字节`,
    lift: {
      en: 'shorten the attributes, or delete some',
      zh: '缩短属性值，或删除部分属性',
      calls: ['deleteUserAttributes'],
    },
  },
)

/** Fails with `tooManyBytes` when names and values of one user's attributes take more UTF-8 bytes than they may. */
export function checkSize(attributes: ReadonlyMap<string, string>): void {
  let bytes = 0
  for (const [name, value] of attributes) bytes += Buffer.byteLength(name) + Buffer.byteLength(value)
  if (bytes > mostBytes) throw tooManyBytes()
}
