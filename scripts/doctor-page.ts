/** The page of `chatroomd doctor`, in both languages. */
import { checks } from '../src/store/doctor/doctor.ts'
import { historyChecks } from '../src/store/doctor/history.ts'
import { code, type Language, table } from './table.ts'

const checksTable = (language: Language): string =>
  table(
    { en: ['check', 'finds', '`--repair`'], zh: ['检查项', '发现', '`--repair`'] }[language],
    [...checks, ...historyChecks(async () => true)].map(({ name, meaning, mend }) => [
      code(name),
      meaning[language],
      mend
        ? { en: 'mends it', zh: '修复' }[language]
        : { en: 'leaves it to you', zh: '需人工处理' }[language],
    ]),
  )

export const doctorPages = {
  en: () => `# The doctor

[简体中文](doctor.zh-CN.md) · Written by \`npm run generate\`.

\`chatroomd doctor\` checks all that is stored, and ends with 0 where it is sound, else with 1; \`--json\` prints the results for programs.
\`--repair\` mends what it can. Both work while the server runs and while it does not, on SQLite and on PostgreSQL, as the user of the
server and with its settings (\`--data-dir\` or \`--database-url\`).

\`\`\`sh
chatroomd doctor
chatroomd doctor --repair
\`\`\`

- It reads in a process of its own, a thousand rows at a time, and holds up no write. A finding is one at a single moment: what changes
  meanwhile is never one.
- It mends at most 50 findings in one transaction, each only if it is still wrong then: in the server where one runs on SQLite, beside it on
  PostgreSQL, where indexes are built without locking their tables. On SQLite other writes wait while an index is built: about a second for a million rows.
- Run it by a timer, and alert on \`sum(chatroomd_doctor_findings) > 0\`: what the last run left, by check, shown by every process.
  \`chatroomd_doctor_last_run_seconds\` says when that was.
- After \`pg_restore\` into another PostgreSQL server run it with \`--repair\` before the start: events bear the numbers of the old server's transactions.
- Of attachments, which are files, a server counts the space at its start and each hour, and removes those that are older than seven days:
  there is no counter that could be wrong for longer.

## Checks

Beside them, \`schema\`: where the data have another version, nothing else is checked and nothing is changed.

${checksTable('en')}
`,
  zh: () => `# 自检

[English](doctor.md) · 由 \`npm run generate\` 生成。

\`chatroomd doctor\` 检查全部存储数据：一切正常时退出码为 0，否则为 1；\`--json\` 输出供程序读取的结果。\`--repair\` 修复能修复的问题。
服务运行与否均可执行，支持 SQLite 和 PostgreSQL；请以运行服务的用户执行，并使用相同的设置（\`--data-dir\` 或 \`--database-url\`）。

\`\`\`sh
chatroomd doctor
chatroomd doctor --repair
\`\`\`

- 检查在独立进程中进行，每次读取一千行，不会阻塞写入。每个问题都以同一时刻的数据为准，检查期间的正常变更不会误报。
- 每个事务最多修复 50 个问题，且修复前会再次确认：SQLite 上由运行中的服务执行；PostgreSQL 上直接执行，重建索引不锁表。SQLite 重建索引时其他写入需等待，一百万行约一秒。
- 建议定时执行，并对 \`sum(chatroomd_doctor_findings) > 0\` 告警：该指标按检查项给出上次执行后遗留的问题数，各进程均会输出；
  \`chatroomd_doctor_last_run_seconds\` 为上次执行的时间。
- 用 \`pg_restore\` 恢复到另一台 PostgreSQL 服务器后，启动前请执行一次 \`--repair\`：事件里记录的是原服务器的事务号。
- 附件是文件，占用空间由服务在启动时和每小时重新统计，超过七天的会被删除，因此不存在长期出错的计数。

## 检查项

此外还有 \`schema\`：数据结构版本不符时，其余检查均跳过，也不做任何改动。

${checksTable('zh')}
`,
}
