import { roles } from '../../src/domain/role.ts'
import * as allowed from '../../src/operations/allowed.ts'

/** Every set of rights that operations declare, as one text: what each role may do, and the refusal. */
export const allowedSets: string[] = Object.values(allowed).flatMap((each) =>
  typeof each === 'object' && 'rights' in each
    ? [
        `${roles.map((role) => each.rights[role]).join(' ')}: ${each.refusal.status} ${each.refusal.word} ${each.refusal.text}`,
      ]
    : [],
)
