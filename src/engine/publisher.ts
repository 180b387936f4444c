import type { Awaitable } from '../store/database.ts'

/** Passes values on within this process to whoever subscribes, in the order of the subscriptions. */
export interface Publisher<Value> {
  subscribe(onValue: (value: Value) => Awaitable<void>): void
  /** Undefined when no subscriber has anything to wait for. */
  publish(value: Value): undefined | Promise<void>
}

/** A publisher that nobody subscribes to yet. */
export function publisher<Value>(): Publisher<Value> {
  const subscribers: ((value: Value) => Awaitable<void>)[] = []
  return {
    subscribe: (onValue) => void subscribers.push(onValue),
    publish(value) {
      let pending: Promise<void>[] | undefined
      for (const onValue of subscribers) {
        const done = onValue(value)
        if (done instanceof Promise) pending = [...(pending ?? []), done]
      }
      return pending && Promise.all(pending).then(() => undefined)
    },
  }
}
