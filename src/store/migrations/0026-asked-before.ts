/** Terms of the rules that are called before messages are delivered: JSON text, null for those that are called afterwards. */
export const askedBefore = (): string[] => [`alter table callbacks add column before text`]
