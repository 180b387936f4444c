/**
 * What `next` makes of a value, at once where it is there: an `await` gives everybody else a turn first, and on the embedded
 * store the promises of a read cost as much as what it reads.
 */
export const andThen = <T, U>(value: T | Promise<T>, next: (value: T) => U | Promise<U>): U | Promise<U> =>
  value instanceof Promise ? value.then(next) : next(value)
