/** Where the path begins in a URL; one of a request without a host is a path alone. */
const pathStart = (url: string): number => (url.startsWith('/') ? 0 : url.indexOf('/', url.indexOf('//') + 2))

/** The path of a URL, without the query. */
export function pathOf(url: string): string {
  const query = url.indexOf('?')
  return url.slice(pathStart(url), query < 0 ? url.length : query)
}

const noQuery = new URLSearchParams()

/** The query of a request, as it was sent, but for NUL, which PostgreSQL takes in no text: it counts as a character that cannot be read. */
export function queryOf({ url }: Request): URLSearchParams {
  const start = url.indexOf('?')
  return start < 0 ? noQuery : new URLSearchParams(url.slice(start + 1).replaceAll('%00', '%EF%BF%BD'))
}
