/** The limit for reads: a bare server that answers so many bytes, whatever it is asked, from a constant. */
const body = `"${'x'.repeat(Number(process.argv[2]) - 2)}"`
const headers = { 'content-type': 'application/json' }

const server = Bun.serve({ hostname: '127.0.0.1', port: 0, fetch: () => new Response(body, { headers }) })

console.log(`"url":"http://127.0.0.1:${server.port}"`)
process.on('SIGTERM', () => process.exit(0))
