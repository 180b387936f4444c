/**
 * Stores what is read under `key` of `owner`, first the read itself: it is read once, and again after an event has dropped
 * it. A read that fails, or was dropped meanwhile, is not stored.
 */
export function remembered<Key extends string, Value>(
  owner: Record<Key, NoInfer<Value | Promise<Value>> | undefined>,
  key: Key,
  read: Promise<Value>,
): Promise<Value> {
  const reading: Promise<Value> = read.then(
    (value) => {
      if (owner[key] === reading) owner[key] = value
      return value
    },
    (error) => {
      if (owner[key] === reading) owner[key] = undefined
      throw error
    },
  )
  owner[key] = reading
  return reading
}
