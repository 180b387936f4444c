import { notFound } from '../../domain/failures.ts'
import { isHashed, respondWith, siteFiles } from '../site-files.ts'
import { pathOf } from '../url.ts'
import { strict } from './headers.ts'
import { notBuilt } from './static-pages.ts'

/** Serves the console: its files, and its page for whatever other path, which the page itself reads. */
export function serveConsole(): (request: Request) => Promise<Response> {
  const find = siteFiles({ folder: 'console/dist', headers: strict })
  return async (request) => {
    const files = await find()
    const page = files?.get('index.html')
    if (!files || !page) return notBuilt()
    const path = pathOf(request.url).replace(/^\/console\/?/, '')
    const file = files.get(path) ?? (isHashed(path) ? undefined : page)
    if (!file) throw notFound()
    return respondWith(request, file())
  }
}
