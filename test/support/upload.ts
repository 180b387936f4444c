/** What an attachment is uploaded with; the token may be empty. */
interface Upload {
  /** `http://host:port/org/app` */
  url: string
  token: string
  body: BodyInit
  headers?: Record<string, string>
}

export async function upload({ url, token, body, headers = {} }: Upload) {
  const authorization = token === '' ? {} : { authorization: `Bearer ${token}` }
  const about = { 'restrict-access': 'true', ...authorization, ...headers }
  const response = await fetch(`${url}/chatfiles`, { method: 'POST', headers: about, body })
  return { status: response.status, body: (await response.json()) as unknown }
}

/** The attachment that a body names; both are undefined in a refusal. */
export function fileIn(body: unknown): { uuid: string | undefined; secret: string | undefined } {
  const { entities } = body as { entities?: { uuid: string; 'share-secret'?: string }[] }
  return { uuid: entities?.[0]?.uuid, secret: entities?.[0]?.['share-secret'] }
}
