import { aroundMessages } from './messages.ts'
import type { NotServed } from './not-served.ts'
import { aroundUsers } from './people.ts'

/** Every call of the reference's clients that is not served, in the order of the page that lists it. */
export const everythingNotServed: readonly NotServed[] = [...aroundMessages, ...aroundUsers]
