/** Tokens that Agora's builders make may name a user by its UUID. */
export const userUuids = (): string[] => ['create index users_by_uuid on users (app, uuid)']
