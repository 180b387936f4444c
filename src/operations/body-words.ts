import type { Failure } from '../domain/failure.ts'

/** How a service of the reference refuses bodies that its calls cannot read. */
export interface BodyWords {
  missing(values: { field: string }): Failure
  wrongType(values: { field: string; type: string }): Failure
  notObject(): Failure
  notJson(): Failure
  /** A field that may not be empty counts as missing when it is. */
  emptyIsMissing: boolean
}
