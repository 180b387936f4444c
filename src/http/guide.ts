import { strict } from './console/headers.ts'
import { guideNotBuilt } from './console/static-pages.ts'
import { respondWith, siteFiles } from './site-files.ts'
import type { SystemEndpoint } from './system-endpoint.ts'
import { pathOf } from './url.ts'

const base = '/docs/guide/'

/** As strict as the console, but for the colours of code, which stand in attributes. */
const headers = {
  ...strict,
  'content-security-policy':
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; base-uri 'none'; " +
    "form-action 'none'; frame-ancestors 'none'",
}

/** The guide, which `guide/` makes of `docs/`: for the operator, like the API description. */
export function guideEndpoints(): SystemEndpoint[] {
  const find = siteFiles({ folder: 'guide/dist', headers })

  async function respond(request: Request): Promise<Response> {
    const path = pathOf(request.url)
    if (!path.startsWith(base)) return new Response(null, { status: 308, headers: { location: base } })
    const files = await find()
    if (!files) return guideNotBuilt()
    const name = path.slice(base.length)
    const file = files.get(name) ?? files.get(`${name}.html`) ?? files.get(`${name}index.html`)
    if (file) return respondWith(request, file())
    const missing = files.get('404.html')
    return missing ? respondWith(request, missing(), 404) : guideNotBuilt()
  }

  return ['/docs/guide', `${base}*`].map((path) => ({
    id: 'page',
    path,
    isHidden: true,
    isPage: true,
    respond,
  }))
}
