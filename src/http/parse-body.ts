import { notJson, notWellFormed, tooDeep } from '../domain/body-failures.ts'
import type { Failure } from '../domain/failure.ts'
import { isObject } from '../domain/is-object.ts'
import { limits } from '../domain/limits.ts'

/** Deepest nesting of a body; no call needs more than a few levels. */
const depthLimit = limits.bodyDepth.value

/** Fails on NUL and lone surrogates anywhere in a parsed body, and on one so deep that a walk could exhaust the stack. */
function checkTexts(value: unknown, depth = 0): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed() || value.includes('\0')) throw notWellFormed()
    return
  }
  if (value === null || typeof value !== 'object') return
  if (depth >= depthLimit) throw tooDeep()
  if (Array.isArray(value)) {
    for (const inner of value) checkTexts(inner, depth + 1)
    return
  }
  for (const [name, inner] of Object.entries(value)) {
    checkTexts(name)
    checkTexts(inner, depth + 1)
  }
}

/** Reads JSON; an empty body is an empty object. Fails on broken JSON, NUL, lone surrogates and deep nesting. */
export function parseJson(text: string, broken: () => Failure = notJson): unknown {
  if (text.trim() === '') return {}
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw broken()
  }
  if (text.length > 2 * depthLimit || text.includes('\\u')) checkTexts(value)
  return value
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    // Then it is a form, which is read as one.
    return false
  }
}

/** Reads a form as an object of texts: the last of several of one name counts. JSON is read as JSON. */
export function parseForm(text: string): unknown {
  if (/^\s*\{/.test(text) || (!text.includes('=') && isJson(text))) return parseJson(text)
  const fields = Object.fromEntries(new URLSearchParams(text))
  checkTexts(fields)
  return fields
}

const fieldsOf = (row: unknown): unknown =>
  isObject(row) ? Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) : row

const rowsOf = (value: unknown): unknown => (Array.isArray(value) ? value.map(fieldsOf) : value)

/**
 * The body without fields that are null, as server SDKs send those they leave unset; in rows of a list, too. What an
 * object in it holds is the app's own.
 */
export function withoutNulls(body: unknown): unknown {
  if (!isObject(body)) return rowsOf(body)
  const set = Object.entries(body).filter(([, value]) => value !== null)
  return Object.fromEntries(set.map(([name, value]) => [name, rowsOf(value)]))
}
