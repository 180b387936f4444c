/** What a failed attempt of a callback sent, and what it was answered; empty for those that succeeded. */
export const callbackBodies = (): string[] =>
  ['sent', 'answer'].map((name) => `alter table callback_log add column ${name} text not null default ''`)
