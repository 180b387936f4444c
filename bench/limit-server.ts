/**
 * The limit for reads: a bare server that answers so many bytes, whatever it is asked, from a constant; with so many threads on one
 * address.
 */
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'

const [bytes, threads] = isMainThread
  ? [Number(process.argv[2]), Number(process.argv[3] ?? 1)]
  : [(workerData as { bytes: number }).bytes, 1]
const body = `"${'x'.repeat(bytes - 2)}"`
const headers = { 'content-type': 'application/json' }

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: isMainThread ? 0 : (workerData as { port: number }).port,
  reusePort: threads > 1 || !isMainThread,
  fetch: () => new Response(body, { headers }),
})

if (isMainThread) {
  const others = Array.from(
    { length: threads - 1 },
    () => new Worker(new URL(import.meta.url), { workerData: { bytes, port: server.port } }),
  )
  await Promise.all(others.map((other) => new Promise((resolve) => other.once('message', resolve))))
  console.log(`"url":"http://127.0.0.1:${server.port}"`)
  process.on('SIGTERM', () => process.exit(0))
} else parentPort?.postMessage('listens')
