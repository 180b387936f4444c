import { expect, test } from 'bun:test'
import { aDirectory } from '../support/process.ts'

const page = await Bun.file(new URL('../../docs/callbacks.md', import.meta.url)).text()
const code = (language: string, holds: string) =>
  [...page.matchAll(/```(\w+)\n(.*?)```/gs)].find(
    ([, found, text]) => found === language && text?.includes(holds),
  )?.[2] ?? ''

const bytes = 'chatroomd-example-secret-32bytes'
const secret = `whsec_${btoa(bytes)}`
const text = JSON.stringify({
  callId: 'acme-demo#lounge_1450000000000001003',
  timestamp: 1767225600123,
  security: 'ef27b5d8da96231a75d92b267be6b2b0',
})

test('13.2 what docs/callbacks.md shows checks both signatures, and finds those that are wrong', async () => {
  const { dir, remove } = aDirectory()
  try {
    await Bun.write(`${dir}/check.mjs`, code('js', 'isSigned'))
    const { isSigned, hasSecurity } = await import(`${dir}/check.mjs`)
    expect(hasSecurity('rule-secret-1', text)).toBe(true)
    expect(hasSecurity('rule-secret-2', text)).toBe(false)

    const [id, at] = ['msg_1', String(Math.floor(Date.now() / 1000))]
    await Bun.write(`${dir}/body.json`, text)
    const shell = Bun.spawnSync(['sh', '-c', code('sh', 'openssl')], {
      cwd: dir,
      env: { PATH: process.env.PATH, SECRET: secret, ID: id, AT: at },
    })
    const signature = `v1,${shell.stdout.toString().trim()}`
    const headers = { 'webhook-id': id, 'webhook-timestamp': at, 'webhook-signature': `v1,x ${signature}` }
    expect(isSigned(secret, new Headers(headers), text)).toBe(true)
    expect(isSigned(bytes, new Headers(headers), text)).toBe(true)
    expect(isSigned(secret, new Headers(headers), `${text} `)).toBe(false)
    expect(isSigned(secret, new Headers({ ...headers, 'webhook-timestamp': '1' }), text)).toBe(false)
  } finally {
    remove()
  }
})
