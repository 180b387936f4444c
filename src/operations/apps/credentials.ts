import { hashSecret } from '../../domain/app.ts'

/** Credentials of an app; the only moment at which the secret is known. */
export interface Credentials {
  clientId: string
  clientSecret: string
}

/** URL-safe random text. */
export const randomText = (bytes: number): string =>
  Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString('base64url')

export const newSecret = (): string => `YXA6${randomText(24)}`

/** What is stored of a secret, and the key of the tokens that go with it. */
export function secretRecord(secret: string) {
  const secretSalt = randomText(12)
  const tokenKey = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('hex')
  return { secret, secretSalt, secretHash: hashSecret(secretSalt, secret), tokenKey }
}
