/** Serves the page on http://127.0.0.1:3000, with the web SDK as npm has it: `npm run example`. */
import { join } from 'node:path'

const files: Readonly<Record<string, string>> = {
  '/': 'index.html',
  '/page.css': 'page.css',
  '/chat.js': 'chat.js',
  '/sdk.js': '../../node_modules/easemob-websdk/Easemob-chat.js',
}

const { url } = Bun.serve({
  hostname: '127.0.0.1',
  port: Number(process.env.PORT ?? 3000),
  fetch(request) {
    const file = files[new URL(request.url).pathname]
    return file ? new Response(Bun.file(join(import.meta.dir, file))) : new Response('', { status: 404 })
  },
})
console.log(`open ${url} in two tabs`)
