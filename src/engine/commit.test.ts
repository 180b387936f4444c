import { expect, test } from 'bun:test'
import { messageTooLarge } from '../domain/message-failures.ts'
import { failureSent, type Outcome } from './commit.ts'
import { outcomeOf } from './run.ts'

test('a failure that has crossed threads is the same, its number included', () => {
  const failure = messageTooLarge()
  const sent: Outcome = JSON.parse(JSON.stringify(outcomeOf(failure)))
  expect('failure' in sent && failureSent(sent.failure)).toEqual(failure)
})
