/** The page of metrics, from the places in the source that register them. */
import { readFileSync } from 'node:fs'
import { Glob } from 'bun'
import { code, type Language, table } from './table.ts'

interface Registered {
  name: string
  type: string
  help: string
}

const registration =
  /\b(counter|gauge|histogram)\(\s*'(chatroomd_\w+)',\s*(?:'((?:[^'\\]|\\.)*)'|"([^"]*)"|`([^`]*)`),/g

function registered(): Registered[] {
  const found = [...new Glob('src/**/*.ts').scanSync()].flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(registration)].map(
      ([, type = '', name = '', single, double, template]) => ({
        name,
        type,
        help: single ?? double ?? template ?? '',
      }),
    ),
  )
  return found.sort((a, b) => (a.name < b.name ? -1 : 1))
}

const types: Readonly<Record<string, string>> = { counter: '计数器', gauge: '数值', histogram: '直方图' }

/** What metrics mean, in Chinese; one that is not here keeps its English text. */
const chinese: Readonly<Record<string, string>> = {
  chatroomd_before_sending_total: '匹配发送前回调的消息数，按结果分。',
  chatroomd_buffered_bytes: '等待慢客户端读取的字节数。',
  chatroomd_bulk_jobs: '本进程正在执行的批量任务数。',
  chatroomd_bulk_rooms_total: '批量任务处理的聊天室数，按结果分。',
  chatroomd_callback_lag_seconds: '等待投递的最早事件的时长。',
  chatroomd_callback_rules: '本进程负责投递的回调规则数。',
  chatroomd_callbacks_dead_total: '放弃投递的回调数。',
  chatroomd_callbacks_delivered_total: '已投递的回调数。',
  chatroomd_callbacks_failed_total: '失败的回调投递次数。',
  chatroomd_callbacks_lost_total: '因等待写入过多而未能提供给回调和事件流的消息、上线和下线数。',
  chatroomd_connections: '当前连接数。',
  chatroomd_connections_cut_total: '服务端关闭的连接数，按原因分。',
  chatroomd_connections_refused_total: '被拒绝的连接数，按原因分。',
  chatroomd_bus_gaps_total: '发现其他节点的条目缺失的次数。',
  chatroomd_bus_lost_total: '未能发布给其他节点的条目数。',
  chatroomd_bus_publish_seconds: '最近一次向其他节点发布所用的时间。',
  chatroomd_bus_received_total: '收到的其他节点的条目数。',
  chatroomd_bus_sent_total: '已发布给其他节点的条目数。',
  chatroomd_bus_waiting: '等待发布给其他节点的条目数。',
  chatroomd_database_busy: '正在执行或等待的 PostgreSQL 语句和事务数。',
  chatroomd_database_pool: '本进程到 PostgreSQL 的最大连接数。',
  chatroomd_doctor_findings: '上次 chatroomd doctor 遗留的问题数，按检查项分。',
  chatroomd_doctor_last_run_seconds: '上次 chatroomd doctor 的时间（Unix 时间）。',
  chatroomd_event_streams: '当前打开的事件流数。',
  chatroomd_history_lost_total: '因等待写入过多而未进入历史的消息数。',
  chatroomd_history_stored_total: '写入历史的消息数。',
  chatroomd_history_waiting_bytes: '等待写入历史的消息字节数。',
  chatroomd_keyword_messages_total: '命中关键词的消息数，按动作分。',
  chatroomd_lifecycle_job: '本进程是否负责自动解散聊天室：1 或 0。',
  chatroomd_log_lines_lost_total: '未能写出的日志行数。',
  chatroomd_logins_refused_total: '被拒绝登录的连接数。',
  chatroomd_logins_total: '成功登录的连接数。',
  chatroomd_messages_delivered_total: '投递给在线用户的消息数，每个用户计一次。',
  chatroomd_messages_dropped_total: '超过聊天室速率的消息数，按优先级分。',
  chatroomd_messages_left_out_total: '因超过客户端速率而未发给聊天室内客户端的消息数，按优先级分。',
  chatroomd_messages_refused_total: '被拒绝的消息数，按原因分。',
  chatroomd_messages_total: '已接受的消息数。',
  chatroomd_request_duration_seconds: '从请求到响应的时长，按操作分。',
  chatroomd_requests_total: '已处理的请求数，按操作和状态码分。',
  chatroomd_rooms_dissolved_total: '自动解散的聊天室数，按原因分。',
  chatroomd_rooms_warned_total: '已提醒成员的聊天室数。',
  chatroomd_store_up: '存储是否响应：1 或 0。',
  chatroomd_writer_commits_total: '内置存储的提交次数。',
  chatroomd_writer_operations_total: '上述提交包含的操作数；两者相除即每次提交合并的操作数。',
  chatroomd_writer_waiting: '等待下一次提交的操作数。',
}

function metricsTable(language: Language): string {
  const head = { en: ['metric', 'type', 'meaning'], zh: ['指标', '类型', '含义'] }[language]
  const rows = registered().map(({ name, type, help }) => [
    code(name),
    language === 'en' ? type : (types[type] ?? type),
    language === 'en' ? help : (chinese[name] ?? help),
  ])
  return table(head, rows)
}

export const metricsPages = {
  en: () => `# Metrics

[简体中文](metrics.zh-CN.md) · Written by \`npm run generate\` from the places in the source that register them.

\`GET /metrics\` has them in the format of Prometheus, each of one process; those of the process itself (\`process_*\`, \`nodejs_*\`) are
beside them. Labels have few values: no user, chat room or address is one. [Rules for alerts](../deploy/alerts.yml) and a
[dashboard for Grafana](../deploy/grafana-dashboard.json) use them.

${metricsTable('en')}

## What to look at first

| question | ask |
| --- | --- |
| does it work? | \`chatroomd_store_up\`, and the rate of \`chatroomd_requests_total{status=~"5.."}\` |
| is it fast? | \`histogram_quantile(0.99, sum by (le) (rate(chatroomd_request_duration_seconds_bucket[5m])))\` |
| who is there? | \`chatroomd_connections\`, and the rate of \`chatroomd_messages_total\` |
| is anything lost? | \`chatroomd_history_lost_total\`, \`chatroomd_callbacks_lost_total\`, \`chatroomd_log_lines_lost_total\` grow |
| is a client or an endpoint slow? | \`chatroomd_buffered_bytes\`, \`chatroomd_callback_lag_seconds\` |
`,
  zh: () => `# 指标

[English](metrics.md) · 由 \`npm run generate\` 根据源代码中的登记处生成。

\`GET /metrics\` 以 Prometheus 格式提供，均为单个进程的指标；进程自身的指标（\`process_*\`、\`nodejs_*\`）也在其中。标签的取值很少：不含用户、聊天室和地址。
[告警规则](../deploy/alerts.yml)和 [Grafana 面板](../deploy/grafana-dashboard.json)使用这些指标。

${metricsTable('zh')}

## 首先关注

| 问题 | 查询 |
| --- | --- |
| 是否正常 | \`chatroomd_store_up\`，以及 \`chatroomd_requests_total{status=~"5.."}\` 的速率 |
| 是否够快 | \`histogram_quantile(0.99, sum by (le) (rate(chatroomd_request_duration_seconds_bucket[5m])))\` |
| 在线情况 | \`chatroomd_connections\`，以及 \`chatroomd_messages_total\` 的速率 |
| 是否有丢失 | \`chatroomd_history_lost_total\`、\`chatroomd_callbacks_lost_total\`、\`chatroomd_log_lines_lost_total\` 是否增长 |
| 客户端或接收端是否过慢 | \`chatroomd_buffered_bytes\`、\`chatroomd_callback_lag_seconds\` |
`,
}
