import { afterAll, beforeEach, expect, test } from 'bun:test'
import { attempting } from './attempt.ts'
import { guardedPost } from './guarded-post.ts'

let hosts: string[] = []
let answer: () => Response = () => new Response()
const endpoint = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request) {
    hosts.push(request.headers.get('host') ?? '')
    return answer()
  },
})
afterAll(() => endpoint.stop(true))
beforeEach(() => {
  hosts = []
  answer = () => new Response()
})

const { port } = endpoint
const url = `http://chat.example.com:${port}/hook`

/** Posts to a name that has these addresses, those of one look-up after another. */
function attempt(mayCall: (address: string) => boolean, lookUps: string[][]) {
  const attempt = attempting(
    guardedPost(mayCall, async () => (lookUps.shift() ?? []).map((address) => ({ address }))),
  )
  return () => attempt(url, {}, '{}', new AbortController().signal)
}

test('13.2 a name is looked up once for a call, which goes to the address that was checked, whatever the name becomes', async () => {
  // The endpoint stands for one of the internet; 127.0.0.2 for one that must not be called.
  const call = attempt(
    (address) => address === '127.0.0.1',
    [['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1', '127.0.0.2'], []],
  )
  expect(await call()).toMatchObject({ isDone: true, status: 200 })
  expect(hosts).toEqual([`chat.example.com:${port}`])
  for (const error of ['the address is not allowed', 'the address is not allowed', 'the name has no address'])
    expect(await call()).toMatchObject({ isDone: false, status: 0, error })
  expect(hosts.length).toBe(1)
})

test('13.2 the status of a response counts, though it has 10 MB or is HTML', async () => {
  const call = attempt(
    () => true,
    Array.from({ length: 3 }, () => ['127.0.0.1']),
  )
  answer = () => new Response('x'.repeat(10_000_000))
  expect(await call()).toMatchObject({ isDone: true, status: 200 })
  answer = () => new Response('<h1>Hello</h1>', { headers: { 'content-type': 'text/html' } })
  expect(await call()).toMatchObject({ isDone: true, status: 200 })
  answer = () => new Response('<h1>No</h1>', { status: 502, headers: { 'content-type': 'text/html' } })
  expect(await call()).toMatchObject({ isDone: false, status: 502, error: expect.stringContaining('502') })
})
