import { bodyFailures, notJson, notObject } from '../domain/body-failures.ts'
import { failures } from '../domain/failure.ts'
import {
  type FailureRow,
  fieldMissing,
  outcomeUnknown,
  overRate,
  storeFailed,
  storeUnavailable,
  unauthorized,
  unknownFields,
} from '../domain/failures.ts'
import { retryFailures } from '../domain/retry.ts'
import { refusesSome } from '../operations/allowed.ts'
import type { HttpOperation } from '../operations/operation.ts'
import { appMissing, invalidRequest } from './call.ts'
import { internalError } from './internal-error.ts'
import type { Language } from './shown-schema.ts'
import { badDryRun, takesTerms } from './terms.ts'

/** Failures that calls with texts of their own for bodies replace. */
const inOtherWords = new Set<FailureRow>([notJson, notObject])

/** The failures of a call: its own first, then those that follow from its token, its path, its body and its kind. */
export function failuresOf(operation: HttpOperation): FailureRow[] {
  const { kind, allowed, call } = operation
  const { body, bodyWords, withoutToken } = call
  const rows: FailureRow[] = [...call.failures]
  if (withoutToken !== 'always') rows.push(unauthorized)
  if (typeof withoutToken === 'object') rows.push(withoutToken.otherwise)
  if (allowed.refusal.word !== 'unauthorized' && refusesSome(allowed)) rows.push(allowed.refusal)
  rows.push(appMissing, invalidRequest, storeUnavailable, overRate)
  if (body?.required?.length && !bodyWords) rows.push(fieldMissing)
  if (body?.additionalProperties === false) rows.push(unknownFields)
  if (body) rows.push(...bodyFailures.filter((row) => !bodyWords || !inOtherWords.has(row)))
  if (kind !== 'read') rows.push(storeFailed, outcomeUnknown)
  if (takesTerms(operation)) rows.push(...retryFailures, badDryRun)
  rows.push(internalError)
  return [
    ...new Map(rows.map((row) => [`${row.status} ${row.word} ${row.text} ${row.when.en}`, row])).values(),
  ]
}

const anError = ({ word, text, code }: FailureRow) => {
  const [, exception] = failures[word]
  return {
    error: word,
    exception,
    error_description: text,
    timestamp: 1767225600123,
    duration: 0,
    properties: {},
    ...(code === undefined ? {} : { error_code: code, desc: text }),
  }
}

function responseOf(rows: FailureRow[], language: Language): object {
  const lines = rows.map(
    ({ word, text, when }) => `| \`${word}\` | \`${text.replaceAll('|', '\\|')}\` | ${when[language]} |`,
  )
  const examples = rows.map((row, index) => [
    `${row.word}-${index + 1}`,
    { summary: row.when[language], value: anError(row) },
  ])
  const when = { en: 'when', zh: '触发条件' }[language]
  return {
    description: [`| \`error\` | \`error_description\` | ${when} |`, '| --- | --- | --- |', ...lines].join(
      '\n',
    ),
    content: {
      'application/json': {
        schema: { $ref: '#/components/schemas/Error' },
        examples: Object.fromEntries(examples),
      },
    },
  }
}

/** Failures as OpenAPI responses, by status. */
export function failureResponses(rows: FailureRow[], language: Language): Record<string, object> {
  const byStatus = Map.groupBy(rows, ({ status }) => status)
  return Object.fromEntries(
    [...byStatus].sort(([a], [b]) => a - b).map(([status, some]) => [status, responseOf(some, language)]),
  )
}
