/** The API reference page: Swagger UI, set up to show `/openapi.json` and nothing else. */
export const pageHtml = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>chatroomd API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
<link rel="stylesheet" href="/docs/page.css">
</head>
<body>
<nav><a href="/docs?lang=en" lang="en">English</a> <a href="/docs?lang=zh" lang="zh">中文</a></nav>
<div id="docs"></div>
<noscript>The description itself is at <a href="/openapi.json">/openapi.json</a>.</noscript>
<script src="/docs/swagger-ui.js"></script>
<script src="/docs/page.js"></script>
</body>
</html>
`

export const pageJs = `
const dark = matchMedia('(prefers-color-scheme: dark)')
const follow = () => document.documentElement.classList.toggle('dark-mode', dark.matches)
dark.addEventListener('change', follow)
follow()

const asked = new URLSearchParams(location.search).get('lang')
const language = asked ?? (navigator.language.startsWith('zh') ? 'zh' : 'en')
document.documentElement.lang = language
document.querySelector('nav [lang=' + CSS.escape(language) + ']')?.setAttribute('aria-current', 'true')

SwaggerUIBundle({
  url: '/openapi.json?lang=' + encodeURIComponent(language),
  dom_id: '#docs',
  deepLinking: true,
  filter: true,
  persistAuthorization: true,
  displayOperationId: true,
  defaultModelsExpandDepth: -1,
  tryItOutEnabled: true,
  validatorUrl: null,
})
`

export const pageCss = `
body { margin: 0; }
nav { max-width: 1080px; margin: 0 auto; padding: 12px 20px 0; text-align: right; font: 14px sans-serif; }
nav a { color: #3b4151; margin-left: 12px; text-decoration: none; }
nav a[aria-current] { font-weight: 700; }
.dark-mode nav a { color: #e4e6e6; }
.dark-mode body { background: #1c2022; }
.swagger-ui .wrapper { max-width: 1080px; }
.swagger-ui .info { margin: 28px 0 12px; }
.swagger-ui .info .title { font-size: 28px; }
.swagger-ui .scheme-container { padding: 0; margin: 0 0 8px; background: none; box-shadow: none; }
.swagger-ui .scheme-container .schemes { justify-content: flex-end; }
.swagger-ui .opblock-tag { font-size: 18px; }
.swagger-ui .opblock { box-shadow: none; margin-bottom: 6px; }
.swagger-ui .renderedMarkdown table { width: auto; margin: 4px 0; }
.swagger-ui .renderedMarkdown table td,
.swagger-ui .renderedMarkdown table th { padding: 3px 12px 3px 0; font-size: 13px; vertical-align: top; }
.swagger-ui .renderedMarkdown code { font-weight: 400; }
`
