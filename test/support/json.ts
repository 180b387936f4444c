/** JSON of any shape: a body or an event that a test looks into, and compares as a whole. */
// biome-ignore lint/suspicious/noExplicitAny: a type for each of some hundred bodies would repeat what the test asserts.
export type Json = any

export const readJson = async (from: Request | Response): Promise<Json> => from.json()
