import { expect, setDefaultTimeout, test } from 'bun:test'
import { aCollector } from '../support/collector.ts'
import { aDatabase } from '../support/database.ts'
import { chatroomd, directoryPerTest, serves } from '../support/process.ts'
import { aReceiver } from '../support/receiver.ts'
import { appsSetting, callsOn } from '../support/served-app.ts'

setDefaultTimeout(60_000)

let dir: string
directoryPerTest((made) => {
  dir = made
})

const traceId = '0af7651916cd43dd8448eb211c80319c'
const traceparent = `00-${traceId}-b7ad6b7169203331-01`

test('17.5 with OTEL_* set, a call, its SQL, its items on the bus and its callback are spans, in the trace of the caller', async () => {
  const database = await aDatabase()
  const collector = aCollector()
  const receiver = aReceiver()
  const env = {
    ...appsSetting,
    ...(database ? { CHATROOMD_DATABASE_URL: database.url } : {}),
    CHATROOMD_CALLBACK_NETWORKS: '127.0.0.0/8',
    CHATROOMD_LOG_LEVEL: 'debug',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_SERVICE_NAME: 'our chat',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  }
  const server = await serves({ cwd: dir, env })
  const elsewhere = { ...env, CHATROOMD_DATA_DIR: 'other' }
  const other = database ? await serves({ cwd: dir, env: elsewhere }) : undefined
  const { call, token } = await callsOn(server.url)
  const rule = { name: 'rule', url: receiver.url, events: ['chatroom.created'], enabled: true }
  expect((await call('POST', '/callbacks', rule)).status).toBe(200)
  await call('POST', '/users', { username: 'alice' })

  const response = await fetch(`${server.url}/acme/lounge/chatrooms`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, traceparent, 'x-request-id': 'ours-7' },
    body: JSON.stringify({ name: 'n', description: 'd', owner: 'alice' }),
  })
  expect([response.status, response.headers.get('x-request-id')]).toEqual([200, 'ours-7'])

  const served = await collector.span(
    ({ name, kind, traceId: id }) => name === 'createRoom' && kind === 2 && id === traceId,
  )
  expect(served).toMatchObject({
    service: 'our chat',
    parentSpanId: 'b7ad6b7169203331',
    attributes: { 'http.request.method': 'POST', 'chatroomd.request_id': 'ours-7' },
  })
  expect(Number(served.attributes['http.response.status_code'])).toBe(200)
  const commit = await collector.span(
    ({ name, traceId: id }) => name === 'commit createRoom' && id === traceId,
  )
  expect(commit.parentSpanId).toBe(served.spanId)

  // The embedded store writes in a thread of its own: its statements are in the span of the commit.
  await call('GET', '/users/alice')
  const statement = await collector.span(({ attributes }) =>
    String(attributes['db.query.text']).includes(database ? 'insert into rooms' : 'from users'),
  )
  expect(statement.attributes['db.system.name']).toBe(database ? 'postgresql' : 'sqlite')

  await receiver.wait(1)
  const delivery = await collector.span(({ name }) => name === 'callback')
  expect(receiver.got[0]?.headers.get('traceparent')).toBe(`00-${delivery.traceId}-${delivery.spanId}-01`)
  if (database) {
    await collector.span(({ name, traceId: id }) => name === 'bus publish' && id === traceId)
    await collector.span(({ name, traceId: id }) => name === 'bus receive' && id === traceId)
  }
  expect(collector.spans.every(({ name }) => name !== 'live')).toBe(true)
  expect([...collector.contentTypes]).toEqual(['application/x-protobuf'])
  // Lines of the log name the span.
  expect(server.out()).toContain(`"traceId":"${traceId}"`)
  await Promise.all([server.end('SIGTERM'), other?.end('SIGTERM')])
  collector.stop()
  receiver.stop()
  await database?.remove()
})

test('17.5 with OTEL_EXPORTER_OTLP_PROTOCOL=http/json spans are sent as JSON', async () => {
  const collector = aCollector()
  const env = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '20',
  }
  const server = await serves({ cwd: dir, env })
  await fetch(`${server.url}/acme/lounge/chatrooms`)
  expect(await collector.span(({ name }) => name === 'listRooms')).toMatchObject({ service: 'chatroomd' })
  await server.end('SIGTERM')
  expect([...collector.contentTypes]).toEqual(['application/json'])
  collector.stop()
})

test('17.5 a way of sending traces that the server does not have is refused at the start, with what to set instead', async () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4317' }
  const told = (name: string, value: string) =>
    `chatroomd: ${name} is "${value}": traces are sent over HTTP. Leave it out, or set it to http/protobuf or http/json, and let the endpoint be the collector's port for HTTP, usually 4318\n`
  const grpc = { ...endpoint, OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }
  const forTraces = {
    ...endpoint,
    OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'grpc',
    OTEL_EXPORTER_OTLP_PROTOCOL: '',
  }
  const outcomes = [
    await chatroomd(['serve', '--port', '0'], { cwd: dir, env: grpc }),
    await chatroomd(['serve', '--check'], { cwd: dir, env: forTraces }),
    await chatroomd(['serve', '--check'], { cwd: dir, env: { OTEL_TRACES_EXPORTER: 'zipkin' } }),
    await chatroomd(['serve', '--check'], { cwd: dir, env: { ...grpc, OTEL_SDK_DISABLED: 'true' } }),
  ]
  expect(outcomes.map(({ code }) => code)).toEqual([1, 1, 1, 0])
  expect(outcomes.map(({ err }) => err)).toEqual([
    told('OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'),
    told('OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'grpc'),
    'chatroomd: OTEL_TRACES_EXPORTER is "zipkin": traces are sent by "otlp", or not at all with "none"\n',
    '',
  ])
})
