import { expect, test } from 'bun:test'
import { messageTooLarge } from '../domain/message-failures.ts'
import { receivedFailure } from '../domain/sent-failure.ts'
import type { Outcome } from './commit.ts'
import { outcomeOf } from './run.ts'

test('a failure that has crossed threads is the same, its number included', () => {
  const failure = messageTooLarge()
  const sent: Outcome = JSON.parse(JSON.stringify(outcomeOf(failure)))
  expect('failure' in sent && receivedFailure(sent.failure)).toEqual(failure)
})
