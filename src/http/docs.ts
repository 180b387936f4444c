import { Type as t } from '@sinclair/typebox'
import { Elysia } from 'elysia'
import styleFile from 'swagger-ui-dist/swagger-ui.css' with { type: 'file' }
import scriptFile from 'swagger-ui-dist/swagger-ui-bundle.js' with { type: 'file' }
import { inChinese } from './chinese.ts'
import { pageCss, pageHtml, pageJs } from './docs-page.ts'
import { answer } from './envelope.ts'
import { describeApi, type Route } from './openapi.ts'
import { type PageGuard, pageRows } from './pages.ts'
import { queryOf } from './paging.ts'
import { replies } from './replies.ts'
import { requestIdOf } from './request-id.ts'

/** Nothing on the page may come from anywhere else, or go there. */
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const asset = (body: string | Blob, type: string) => () =>
  new Response(body, { headers: { 'content-type': type, 'cache-control': 'public, max-age=3600' } })

const page = (text: string) =>
  new Response(text, {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
  })

const language = {
  name: 'lang',
  in: 'query' as const,
  description: '`zh` for explanations in Chinese; anything else for English.',
  schema: { type: 'string' as const, examples: ['zh'] },
}

/** The API description, and a page that shows it without the internet. */
export function docsRoutes(routes: () => readonly Route[], { check }: PageGuard) {
  const hidden = { beforeHandle: check, detail: { hide: true, security: [] } }
  const descriptions: { en?: string; zh?: string } = {}
  return new Elysia()
    .get(
      '/openapi.json',
      ({ request }) => {
        const language = queryOf(request).get('lang') === 'zh' ? 'zh' : 'en'
        descriptions[language] ??= JSON.stringify(
          language === 'zh' ? inChinese(describeApi(routes())) : describeApi(routes()),
        )
        return answer(requestIdOf(request), descriptions[language])
      },
      {
        beforeHandle: check,
        detail: {
          operationId: 'describeApi',
          summary: 'This description: OpenAPI 3.1',
          tags: ['Operation'],
          parameters: [language],
          security: [],
          ...replies(t.Object({ openapi: t.String({ examples: ['3.1.0'] }) }), pageRows),
        },
      },
    )
    .get('/docs', () => page(pageHtml), {
      beforeHandle: check,
      detail: {
        operationId: 'showDocs',
        summary: 'This description as a page',
        tags: ['Operation'],
        parameters: [language],
        security: [],
        ...replies(t.String({ contentMediaType: 'text/html' }), pageRows),
      },
    })
    .get('/docs/swagger-ui.js', asset(Bun.file(scriptFile), 'text/javascript; charset=utf-8'), hidden)
    .get('/docs/swagger-ui.css', asset(Bun.file(styleFile), 'text/css; charset=utf-8'), hidden)
    .get('/docs/page.js', asset(pageJs, 'text/javascript; charset=utf-8'), hidden)
    .get('/docs/page.css', asset(pageCss, 'text/css; charset=utf-8'), hidden)
}
