/** The secret before the last one, while it is good beside it (JSON). */
export const previousSecrets = (): string[] => [`alter table apps add column previous text`]
