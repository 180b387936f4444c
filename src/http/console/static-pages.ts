import type { Text } from '../../domain/text.ts'
import { strict } from './headers.ts'

const css = `:root { color-scheme: light dark; font: 16px/1.6 system-ui, sans-serif; }
body { max-width: 40rem; margin: 12vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; }
code { font: 0.9em ui-monospace, monospace; }
section + section { margin-top: 2rem; }
a { color: LinkText; }`

const hash = new Bun.CryptoHasher('sha256').update(css).digest('base64')

const headers = {
  ...strict,
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; img-src data:; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  'cache-control': 'no-cache',
}

/** A small page that says the same in both languages. */
const page = (title: string, { en, zh }: Text): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${css}</style>
</head>
<body>
<h1>${title}</h1>
<section>${en}</section>
<section lang="zh-CN">${zh}</section>
</body>
</html>
`

const notBuiltPage = page('chatroomd console', {
  en: '<p>The console was not built. Run <code>npm run build:console</code> where the server was installed, then load this page again.</p><p>The calls of the API are described at <a href="/docs">/docs</a>.</p>',
  zh: '<p>控制台尚未构建。请在服务的安装目录运行 <code>npm run build:console</code>，然后刷新本页。</p><p>接口文档见 <a href="/docs?lang=zh">/docs</a>。</p>',
})

export const notBuilt = (): Response => new Response(notBuiltPage, { status: 503, headers })

const guideNotBuiltPage = page('chatroomd guide', {
  en: '<p>The guide was not built. Run <code>npm run build:guide</code> where the server was installed, then load this page again. Its pages are also in the folder <code>docs</code>.</p>',
  zh: '<p>指南尚未构建。请在服务的安装目录运行 <code>npm run build:guide</code>，然后刷新本页。各页原文也在 <code>docs</code> 目录中。</p>',
})

export const guideNotBuilt = (): Response => new Response(guideNotBuiltPage, { status: 503, headers })

const frontPage = page('chatroomd', {
  en: '<p>A chat-room server that speaks the REST API and the SDK protocol of Easemob and Agora Chat.</p><ul><li><a href="/console">Console</a>: see the rooms, keep them clean, run the server</li><li><a href="/docs/guide/">Guide</a>: first steps, your own software, production</li><li><a href="/docs">API reference</a></li></ul>',
  zh: '<p>聊天室服务，兼容环信（Agora Chat）的 REST API 和 SDK 协议。</p><ul><li><a href="/console">控制台</a>：查看聊天室、内容管理、服务运维</li><li><a href="/docs/guide/zh/">使用指南</a>：快速开始、接入、部署</li><li><a href="/docs?lang=zh">API 文档</a></li></ul>',
})

/** What stands at `/`: for people a page, for programs where things are. */
export function front(request: Request): Response {
  const vary = { vary: 'accept' }
  if (/\btext\/html\b/.test(request.headers.get('accept') ?? ''))
    return new Response(frontPage, { headers: { ...headers, ...vary } })
  const links = {
    name: 'chatroomd',
    console: '/console',
    guide: '/docs/guide/',
    docs: '/docs',
    openapi: '/openapi.json',
    health: '/health/ready',
  }
  return Response.json(links, { headers: { 'access-control-allow-origin': '*', ...vary } })
}
