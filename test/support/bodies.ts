import { expect } from 'bun:test'
import { type FailureWord, failures } from '../../src/domain/failure.ts'
import type { Reply, TestApp } from './server.ts'

const uuid = expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)

/** A generated room id: 15 or 16 digits. */
export const aRoomId = expect.stringMatching(/^[1-9]\d{14,15}$/)

/** The whole success envelope of a call to `path` (without its query). */
function envelope(app: TestApp, action: string, path: string, rest: object) {
  const [organization, applicationName] = app.key.split('#')
  return {
    action,
    application: uuid,
    applicationName,
    organization,
    uri: app.url + path,
    entities: [],
    properties: {},
    timestamp: expect.any(Number),
    duration: expect.any(Number),
    ...rest,
  }
}

/** The whole error envelope. */
export const refusal = (word: FailureWord, text: string, code?: number) => ({
  error: word,
  exception: failures[word][1],
  error_description: text,
  timestamp: expect.any(Number),
  duration: 0,
  properties: {},
  ...(code === undefined ? {} : { error_code: code, desc: text }),
})

/** Checks status and whole body of a success; returns its `data`. */
export function expectSuccess(reply: Reply, app: TestApp, action: string, path: string, rest: object) {
  expect({ status: reply.status, body: reply.body }).toEqual({
    status: 200,
    body: envelope(app, action, path, rest),
  })
  return reply.body.data
}

/** Checks status and whole body of a refusal. */
export function expectRefusal(reply: Reply, status: number, word: FailureWord, text: string, code?: number) {
  expect({ status: reply.status, body: reply.body }).toEqual({ status, body: refusal(word, text, code) })
}

/** The reference's response to every bad token. */
export const expectUnauthorized = (reply: Reply) =>
  expectRefusal(reply, 401, 'unauthorized', 'Unable to authenticate (OAuth)')
