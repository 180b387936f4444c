import { parseAppKey } from '../domain/app.ts'
import { limits } from '../domain/limits.ts'
import { integer, oneOf, type Setting } from '../domain/setting.ts'
import { readNetworks } from './networks.ts'

const setting = <T>(
  env: string,
  read: (text: string) => T,
  defaultText: string,
  en: string,
  zh: string,
): Setting<T> & { env: string } => ({ env, read, default: defaultText, en, zh })

const text = (value: string): string => value

const databaseUrl = (value: string): string => {
  if (value === '') return value
  if (!/^postgres(ql)?:\/\//.test(value)) throw new Error('must begin with postgres://')
  if (!URL.canParse(value)) throw new Error('must be an address: postgres://user:password@host:port/database')
  return value
}

const redisUrl = (value: string): string => {
  if (value !== '' && !/^(redis|rediss|valkey|valkeys):\/\//.test(value))
    throw new Error('must begin with redis:// or valkey://')
  return value
}

const natsUrl = (value: string): string => {
  if (value !== '' && !(/^(nats|tls):\/\//.test(value) && URL.canParse(value)))
    throw new Error('must begin with nats:// or tls://')
  return value
}

const optionalPort = (value: string): number | undefined =>
  value === '' ? undefined : integer(0, 65_535)(value)

const publicUrl = (value: string): string => {
  if (value !== '' && !(/^https?:\/\//.test(value) && URL.canParse(value)))
    throw new Error('must be an address: https://chat.example.com')
  return value.replace(/\/+$/, '')
}

/** An app to create at start if it is missing. */
export interface StartApp {
  key: string
  clientId: string
  clientSecret: string
}

const startApps = (value: string): StartApp[] =>
  value
    .split(',')
    .filter((entry) => entry.trim() !== '')
    .map((entry) => {
      const [key = '', clientId = '', clientSecret = '', ...rest] = entry.trim().split(':')
      if (clientId === '' || clientSecret === '' || rest.length > 0) {
        throw new Error('must be "org#app:client_id:client_secret", several separated by commas')
      }
      parseAppKey(key)
      return { key, clientId, clientSecret }
    })

/** Every setting of the server. The key is its name in `chatroomd.toml`, in kebab case its flag. */
export const settings = {
  host: setting('CHATROOMD_HOST', text, '127.0.0.1', 'Address the server listens on.', '服务监听的地址。'),
  port: setting(
    'CHATROOMD_PORT',
    integer(0, 65_535),
    '8080',
    'Port the server listens on; 0 takes a free one.',
    '服务监听的端口；0 表示自动选用空闲端口。',
  ),
  public_url: setting(
    'CHATROOMD_PUBLIC_URL',
    publicUrl,
    '',
    'Address under which clients reach the server, as `uri` shows it: https://chat.example.com.',
    '客户端访问服务的地址，用于响应中的 `uri`，如 https://chat.example.com。',
  ),
  trusted_proxies: setting(
    'CHATROOMD_TRUSTED_PROXIES',
    readNetworks,
    '',
    'Proxies whose X-Forwarded-For, -Proto and -Host count: addresses or networks, separated by commas.',
    '可信代理：其 X-Forwarded-For、-Proto、-Host 请求头有效；填写地址或网段，以逗号分隔。',
  ),
  data_dir: setting(
    'CHATROOMD_DATA_DIR',
    text,
    './data',
    'Directory of the embedded store.',
    '内置存储所在的目录。',
  ),
  threads: setting(
    'CHATROOMD_THREADS',
    integer(0, limits.nodes.value),
    '1',
    'Threads that serve on the embedded store, a core each (Linux); 0 takes as many as the machine has cores.',
    '使用内置存储时的服务线程数，每个线程占用一个核心（仅限 Linux）；0 表示与机器的核心数相同。',
  ),
  database_url: setting(
    'CHATROOMD_DATABASE_URL',
    databaseUrl,
    '',
    'postgres://… stores everything in PostgreSQL instead of the data directory.',
    '设为 postgres://… 时，数据全部存入 PostgreSQL，不再使用数据目录。',
  ),
  database_pool: setting(
    'CHATROOMD_DATABASE_POOL',
    integer(2, 1000),
    '10',
    'Most connections of one process to PostgreSQL.',
    '单个进程到 PostgreSQL 的最大连接数。',
  ),
  database_timeout: setting(
    'CHATROOMD_DATABASE_TIMEOUT',
    integer(100, 600_000),
    '5000',
    'Milliseconds after which a request that waits for PostgreSQL gets 503.',
    '等待 PostgreSQL 超过该毫秒数的请求返回 503。',
  ),
  redis_url: setting(
    'CHATROOMD_REDIS_URL',
    redisUrl,
    '',
    'redis://… or valkey://… carries messages between nodes that share a PostgreSQL database; without it PostgreSQL does.',
    '设为 redis://… 或 valkey://… 时，共用 PostgreSQL 的各节点通过它传递消息；不设则通过 PostgreSQL 传递。',
  ),
  nats_url: setting(
    'CHATROOMD_NATS_URL',
    natsUrl,
    '',
    'nats://… or tls://… carries messages between nodes in the place of Redis or PostgreSQL.',
    '设为 nats://… 或 tls://… 时，各节点通过 NATS 而不是 Redis 或 PostgreSQL 传递消息。',
  ),
  presence_grace: setting(
    'CHATROOMD_PRESENCE_GRACE',
    integer(0, 86_400),
    '120',
    'Seconds after which a user who has gone offline leaves its chat rooms.',
    '用户离线多少秒后退出其所在的聊天室。',
  ),
  node_lease: setting(
    'CHATROOMD_NODE_LEASE',
    integer(1, 3600),
    '30',
    'Seconds after which the users of a node that died count as offline.',
    '节点失联多少秒后，其上的用户视为离线。',
  ),
  ping_interval: setting(
    'CHATROOMD_PING_INTERVAL',
    integer(1, 600),
    String(limits.pingInterval.value),
    'Seconds between two pings to a connection; one from which nothing comes during three of them is closed. Less than the idle time of proxies in front.',
    '向连接发送 ping 的间隔秒数；连续三个间隔没有收到任何数据的连接会被关闭。应小于前置代理的空闲超时。',
  ),
  drain_time: setting(
    'CHATROOMD_DRAIN_TIME',
    integer(0, 3600),
    '10',
    'Seconds for which SIGTERM lets the server serve on: it is not ready, answers calls, and closes the connections one after the other. More than your load balancer takes to notice; without connections, and without one that asks for readiness, it ends at once.',
    '收到 SIGTERM 后继续服务的秒数：期间就绪检查返回 503，HTTP 调用照常处理，已有连接逐个关闭。应大于负载均衡摘除节点所需的时间；没有连接、也没有负载均衡检查就绪状态时，立即结束。',
  ),
  max_connections: setting(
    'CHATROOMD_MAX_CONNECTIONS',
    integer(1, 10_000_000),
    String(limits.connections.value),
    'Connections of one process; more are refused with 503.',
    '单个进程的最大连接数；超出时返回 503。',
  ),
  address_connections: setting(
    'CHATROOMD_ADDRESS_CONNECTIONS',
    integer(0, 10_000_000),
    String(limits.addressConnections.value),
    'Connections of one address to one process; 0 = no limit. Behind a proxy set trusted_proxies too, or all clients have one address.',
    '单个地址到一个进程的最大连接数；0 表示不限。位于代理之后时须同时设置 trusted_proxies，否则所有客户端都算作同一地址。',
  ),
  send_buffers: setting(
    'CHATROOMD_SEND_BUFFERS',
    integer(1, 1_000_000),
    String(limits.sendBuffers.value),
    'MiB that may wait for all clients that read slowly; beyond it the slowest are closed first.',
    '等待所有慢速客户端读取的数据总量上限，单位 MiB；超出时从最慢的客户端开始关闭。',
  ),
  presence_large_room: setting(
    'CHATROOMD_PRESENCE_LARGE_ROOM',
    integer(0, 10_000_000),
    String(limits.presenceLargeRoom.value),
    'Users of a chat room on one node above which joins and leaves are gathered into one notice.',
    '单个节点上的聊天室人数超过该值时，成员进出合并为一条通知。',
  ),
  presence_rate: setting(
    'CHATROOMD_PRESENCE_RATE',
    integer(1, 1_000_000_000),
    String(limits.presenceRate.value),
    'Deliveries a second that notices of joins and leaves may cause in one chat room on one node: with twice as many users the notices come half as often, at least every 10 seconds.',
    '单个节点上一个聊天室每秒因成员进出通知产生的下发量上限：人数加倍则通知频率减半，最长间隔 10 秒。',
  ),
  presence_names: setting(
    'CHATROOMD_PRESENCE_NAMES',
    integer(1, 10_000),
    String(limits.presenceNames.value),
    'Users that one notice of joins or leaves names; the others are in its number of members only.',
    '一条进出通知最多列出的用户数；其余用户只计入其中的成员数。',
  ),
  batch_tick: setting(
    'CHATROOMD_BATCH_TICK',
    integer(0, limits.batchTick.value),
    String(limits.batchTick.value),
    'Longest time in ms for which a message in a large and busy chat room waits for others, to go to each client in one frame; 0 = never. Rooms with fewer than 200 users on a node never wait, nor do messages of high priority.',
    '大型且繁忙的聊天室中，消息为与后续消息合并成一帧下发而等待的最长时间，单位为毫秒；0 表示不合并。单个节点上不足 200 人的聊天室以及高优先级消息从不等待。',
  ),
  file_space: setting(
    'CHATROOMD_FILE_SPACE',
    integer(0, 1_000_000_000),
    String(limits.fileSpace.value),
    'MiB that attachments of messages may take in the data directory, which nodes share; each is retained for 7 days.',
    '消息附件在数据目录（各节点需共享）中最多占用的空间，单位 MiB；每个附件保留 7 天。',
  ),
  callback_networks: setting(
    'CHATROOMD_CALLBACK_NETWORKS',
    readNetworks,
    '',
    'Private addresses that callbacks may go to: addresses or networks, separated by commas; all others are refused.',
    '允许回调访问的内网地址：地址或网段，以逗号分隔；其余内网、链路本地和回环地址一律拒绝。',
  ),
  metrics_host: setting(
    'CHATROOMD_METRICS_HOST',
    text,
    '127.0.0.1',
    'Address for `/metrics`, `/docs` and `/openapi.json` where `metrics_port` is set.',
    '设置 `metrics_port` 后，`/metrics`、`/docs` 和 `/openapi.json` 监听的地址。',
  ),
  metrics_port: setting(
    'CHATROOMD_METRICS_PORT',
    optionalPort,
    '',
    'Moves `/metrics`, `/docs` and `/openapi.json` to a port of their own; 0 takes a free one. Without it they are on `port`.',
    '将 `/metrics`、`/docs` 和 `/openapi.json` 移到单独的端口；0 表示自动选用空闲端口。不设则与 `port` 共用。',
  ),
  metrics_token: setting(
    'CHATROOMD_METRICS_TOKEN',
    text,
    '',
    'Token that `/metrics`, `/docs` and `/openapi.json` require, as a bearer or as a password with any user name; empty requires none.',
    '访问 `/metrics`、`/docs` 和 `/openapi.json` 所需的 token，可用 Bearer 方式，也可作为任意用户名的密码；为空则不校验。',
  ),
  log_level: setting(
    'CHATROOMD_LOG_LEVEL',
    oneOf('debug', 'info', 'warn', 'error', 'silent'),
    'info',
    'Least severe log lines to write; debug has a line for every request.',
    '日志级别；debug 会为每个请求写一行。',
  ),
  access_log: setting(
    'CHATROOMD_ACCESS_LOG',
    integer(0, 1_000_000),
    '0',
    'Of how many requests one is written to the log, with its app, caller and address; 1 writes all, 0 none. Level debug writes all.',
    '每多少个请求在日志中记录一个，含应用、调用方和客户端地址；1 表示全部记录，0 表示不记录。debug 级别下全部记录。',
  ),
  demo: setting(
    'CHATROOMD_DEMO',
    oneOf('auto', 'true', 'false'),
    'auto',
    'Whether a start without any app creates a demo app with known passwords; auto does where somebody sits at a terminal.',
    '没有任何应用时，启动是否创建带有公开密码的演示应用；auto 表示仅在终端中启动时创建。',
  ),
  apps: setting(
    'CHATROOMD_APPS',
    startApps,
    '',
    'Apps to create at start if they are missing: "org#app:client_id:client_secret[,…]".',
    '启动时若不存在则创建的应用："org#app:client_id:client_secret[,…]"。',
  ),
}
