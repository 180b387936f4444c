/** How rules are asked before messages are delivered: JSON text, null for those that are told afterwards. */
export const askedBefore = (): string[] => [`alter table callbacks add column before text`]
