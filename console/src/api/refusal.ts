/** A call that was refused, in the server's words. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly status: number
  /** The word of the failure, such as `invalid_parameter`. */
  readonly word: string
  readonly requestId: string

  constructor(status: number, word: string, text: string, requestId: string) {
    super(text)
    this.status = status
    this.word = word
    this.requestId = requestId
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

export function refusalOf(response: Response, body: unknown): Refusal {
  const { error = '', error_description: text = '' } = isRecord(body) ? body : {}
  const said = String(text) || String(error) || `${response.status} ${response.statusText}`
  return new Refusal(response.status, String(error), said, response.headers.get('x-request-id') ?? '')
}
