import { Type as t } from '@sinclair/typebox'
import styleFile from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import scriptFile from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import { pageCss, pageHtml, pageJs } from './docs-page.ts'
import { jsonResponse } from './envelope.ts'
import type { Language } from './openapi.ts'
import { type Description, sharingResponses } from './openapi-shared.ts'
import { pageFailures } from './page-guard.ts'
import { requestIdOf } from './request-id.ts'
import type { SystemEndpoint } from './system-endpoint.ts'
import { queryOf } from './url.ts'

/** Nothing on the page may come from anywhere else, or go there. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const language = {
  name: 'lang',
  in: 'query' as const,
  says: {
    en: '`zh` for explanations in Chinese; anything else for English.',
    zh: '`zh` 返回中文说明；其他值返回英文。',
  },
  schema: { type: 'string', examples: ['zh'] },
}

const asset = (path: string, body: string | Blob, type: string): SystemEndpoint => ({
  id: 'page',
  path,
  isHidden: true,
  isPage: true,
  respond: () =>
    new Response(body, { headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' } }),
})

/** The API description, and a page that shows it without the internet. */
export function docsEndpoints(describe: (language: Language) => Description): SystemEndpoint[] {
  const descriptions: { en?: string; zh?: string } = {}
  return [
    {
      id: 'describeApi',
      path: '/openapi.json',
      summary: { en: 'This description: OpenAPI 3.1', zh: '本接口描述（OpenAPI 3.1）' },
      parameters: [language],
      response: t.Object({ openapi: t.String({ examples: ['3.1.0'] }) }),
      failures: pageFailures,
      isPage: true,
      respond(request) {
        const language = queryOf(request).get('lang') === 'zh' ? 'zh' : 'en'
        descriptions[language] ??= JSON.stringify(sharingResponses(describe(language)))
        return jsonResponse(requestIdOf(request), descriptions[language])
      },
    },
    {
      id: 'showDocs',
      path: '/docs',
      summary: { en: 'This description as a page', zh: '本接口描述的页面' },
      parameters: [language],
      response: t.String({ contentMediaType: 'text/html' }),
      failures: pageFailures,
      isPage: true,
      respond: () =>
        new Response(pageHtml, {
          headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
        }),
    },
    asset('/docs/swagger-ui.js', Bun.file(scriptFile), 'text/javascript; charset=utf-8'),
    asset('/docs/swagger-ui.css', Bun.file(styleFile), 'text/css; charset=utf-8'),
    asset('/docs/page.js', pageJs, 'text/javascript; charset=utf-8'),
    asset('/docs/page.css', pageCss, 'text/css; charset=utf-8'),
  ]
}
