/** The claims of a token that somebody else has signed: Agora's builders, or the backend of an app. */
export interface ForeignClaims {
  /** Empty for the app itself, where the form of the token knows that. */
  userId: string
  /** Unix seconds. */
  expiresSeconds: number
}

/** How far ahead the clock of whoever issued a token may be, in seconds. */
export const clockToleranceS = 300
