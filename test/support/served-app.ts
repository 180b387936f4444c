const credentials = { client_id: 'id', client_secret: 'secret' }

/** The setting that makes a server process create the app which `callsOn` calls. */
export const appsSetting = {
  CHATROOMD_APPS: `acme#lounge:${credentials.client_id}:${credentials.client_secret}`,
}

/** Calls a path of the app; objects are sent as JSON. `Body` is what the test looks into. */
export type Call = <Body = unknown>(
  method: string,
  path: string,
  sent?: object,
) => Promise<{ status: number; body: Body }>

/** Logs in to the app of a server process, and returns how to call it. */
export async function callsOn(url: string): Promise<{ call: Call; token: string }> {
  const app = `${url}/acme/lounge`
  let token = ''
  const call = async <Body>(method: string, path: string, sent?: object) => {
    const headers = { authorization: `Bearer ${token}` }
    const body = sent === undefined || sent instanceof FormData ? (sent ?? null) : JSON.stringify(sent)
    const response = await fetch(app + path, { method, headers, body })
    return { status: response.status, body: (await response.json()) as Body }
  }
  const grant = { grant_type: 'client_credentials', ...credentials }
  token = (await call<{ access_token: string }>('POST', '/token', grant)).body.access_token
  return { call, token }
}
