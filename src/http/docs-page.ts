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
<script type="module" src="/docs/page.js"></script>
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

// Swagger UI speaks English alone: its own words are replaced where they stand by themselves.
const words = {
  Parameters: '参数', Responses: '响应', 'Request body': '请求体', Name: '名称', Description: '说明', Code: '状态码',
  Links: '链接', 'No links': '无', 'No parameters': '无参数', Headers: '响应头', 'Headers:': '响应头', Type: '类型', Schema: '结构',
  'Example Value': '示例值', 'Edit Value': '编辑值', 'Media type': '媒体类型', Examples: '示例', 'Examples: ': '示例', 'Try it out': '试一试', Cancel: '取消',
  Execute: '执行', Clear: '清除', Reset: '重置', Authorize: '授权', Servers: '服务器', 'required': '必填', ' required': '必填', 'Default value': '默认值',
  'Controls ': '决定 ', ' header.': ' 请求头。', 'Server response': '服务器响应', Details: '详情', 'Response body': '响应体',
  'Response headers': '响应头', 'Request URL': '请求地址', Download: '下载', Undocumented: '文档未列出', 'Loading': '加载中',
  'Available authorizations': '授权方式', 'Value:': '值：', Close: '关闭', Logout: '取消授权', 'Send empty value': '发送空值',
}
const translate = (root) => {
  const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const word = words[text.data] ?? words[text.data.trim()]
    if (word !== undefined && !text.parentElement.closest('.renderedMarkdown, pre, code')) text.data = word
  }
}
if (language.startsWith('zh'))
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) for (const node of addedNodes) translate(node)
  }).observe(document.getElementById('docs'), { childList: true, subtree: true })

// Given a URL, Swagger UI reads the description as YAML, which takes seconds.
const description = await (await fetch('/openapi.json?lang=' + encodeURIComponent(language))).json()
// Swagger UI shows OpenAPI 3.0 three times as fast as 3.1: what differs in schemas is said in the words of 3.0.
const older = (node) => {
  if (typeof node !== 'object' || node === null) return
  if (Array.isArray(node.examples)) {
    node.example = node.examples[0]
    delete node.examples
  }
  if (Array.isArray(node.type)) {
    node.nullable = node.type.includes('null')
    node.type = node.type.find((type) => type !== 'null')
  }
  if (node.const !== undefined && typeof node.const !== 'object') {
    node.enum = [node.const]
    delete node.const
  }
  for (const key in node) if (key !== 'example' && key !== 'value') older(node[key])
}
older(description)
description.openapi = '3.0.3'
SwaggerUIBundle({
  spec: description,
  dom_id: '#docs',
  deepLinking: true,
  docExpansion: 'none',
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
.swagger-ui .renderedMarkdown table tr td,
.swagger-ui .renderedMarkdown table tr td:first-of-type,
.swagger-ui .renderedMarkdown table th { padding: 3px 12px 3px 0; min-width: 0; max-width: none; font-size: 13px; vertical-align: top; }
.swagger-ui .renderedMarkdown table td:first-of-type code { white-space: nowrap; }
:lang(zh) .swagger-ui .required::after { content: '必填' !important; }
.swagger-ui .renderedMarkdown code { font-weight: 400; }
.swagger-ui .opblock-summary-operation-id { flex-shrink: 0; white-space: nowrap; word-break: normal; }
.dark-mode .swagger-ui :is(.headers, .header-row) td,
.dark-mode .swagger-ui .headers th { color: #e4e6e6; }
@media (max-width: 640px) {
  .swagger-ui .wrapper { padding: 0 8px; }
  .swagger-ui .scheme-container .servers > label { margin-right: 0; }
  .swagger-ui .opblock .opblock-summary { flex-wrap: wrap; }
  .swagger-ui .opblock-body :is(.responses-table, .parameters-container table),
  .swagger-ui .opblock-body :is(.responses-table, .parameters-container table) > tbody,
  .swagger-ui .opblock-body :is(.responses-table, .parameters-container table) > tbody > tr,
  .swagger-ui .opblock-body :is(.responses-table, .parameters-container table) > tbody > tr > td { display: block; width: auto; }
  .swagger-ui .opblock-body :is(.responses-table, .parameters-container table) > thead,
  .swagger-ui .response-col_links { display: none !important; }
  .swagger-ui table tbody tr td, .swagger-ui table tbody tr td:first-of-type { max-width: none; min-width: 0; padding-left: 0; }
  .swagger-ui :is(.renderedMarkdown, .highlight-code, .model-example, .headers-wrapper) { max-width: calc(100vw - 60px); overflow-x: auto; }
  .swagger-ui .highlight-code pre { white-space: pre; }
  .swagger-ui .response-controls { flex-wrap: wrap; }
  .swagger-ui .opblock-summary-operation-id { white-space: normal; overflow-wrap: anywhere; }
  .swagger-ui .renderedMarkdown code { overflow-wrap: anywhere; }
  .swagger-ui .renderedMarkdown table thead { display: none; }
  .swagger-ui .renderedMarkdown table :is(tbody, tr, td) { display: block; }
  .swagger-ui .renderedMarkdown table tr { padding: 6px 0; border-top: 1px solid #8884; }
  .swagger-ui .parameters-col_description :is(input, select, textarea) { width: 100%; max-width: 100%; }
}
`
