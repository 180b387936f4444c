/** The page of ceilings, in both languages. */
import { type Limit, MiB } from '../src/domain/limits/limit.ts'
import { limits } from '../src/domain/limits.ts'
import { settings } from '../src/operator/settings.ts'
import { type Language, table } from './table.ts'

const grouped = (value: number): string => value.toLocaleString('en')

function bytes(value: number): string {
  if (value % MiB === 0) return `${grouped(value / MiB)} MiB`
  if (value % 1024 === 0) return `${grouped(value / 1024)} KiB`
  return grouped(value)
}

function time(ms: number): string {
  if (ms % 86_400_000 === 0) return `${ms / 86_400_000} d`
  return ms % 1000 === 0 ? `${grouped(ms / 1000)} s` : `${grouped(ms)} ms`
}

const unitsOf = {
  en: { 'per second': ' a second', 'bytes per second': ' a second', bytes: ' bytes' },
  zh: { 'per second': ' / 秒', 'bytes per second': ' / 秒', bytes: ' 字节' },
}

function shown({ value, unit }: Limit, language: Language): string {
  switch (unit) {
    case 'bytes':
      return value % 1024 === 0 ? bytes(value) : `${grouped(value)}${unitsOf[language].bytes}`
    case 'bytes per second':
      return `${bytes(value)}${unitsOf[language][unit]}`
    case 'per second':
      return `${grouped(value)}${unitsOf[language][unit]}`
    case 'ms':
      return time(value)
    case 's':
      return `${grouped(value)} s`
    case 'MiB':
      return `${grouped(value)} MiB`
    case 'items':
      return grouped(value)
  }
}

function settingOf({ setting }: Limit): string {
  if (setting === undefined) return ''
  if (setting.startsWith('app:')) return `\`app set … ${setting.slice('app:'.length)}=\``
  return `\`${settings[setting as keyof typeof settings].env}\``
}

const declared: Limit[] = Object.values(limits)
const held = declared.filter(({ memory }) => memory !== undefined)

/** MiB that everything with a ceiling takes of a process's memory at most. */
export const memoryCeiling = Math.ceil(held.reduce((sum, { memory = 0 }) => sum + memory, 0) / MiB)

const allTable = (language: Language): string =>
  table(
    { en: ['what', 'ceiling', 'setting', 'beyond it'], zh: ['对象', '上限', '设置项', '超出时'] }[language],
    declared.map((each) => [each[language], shown(each, language), settingOf(each), each.beyond[language]]),
  )

const heldTable = (language: Language): string =>
  table(
    { en: ['what', 'at most'], zh: ['对象', '最多'] }[language],
    held.map((each) => [each[language], `${grouped((each.memory ?? 0) / MiB)} MiB`]),
  )

export const limitsPages = {
  en: () => `# Limits

[简体中文](limits.zh-CN.md) · Written by \`npm run generate\` from \`src/domain/limits.ts\`, which the code reads.

Every ceiling, its default, the setting that changes it, and what happens beyond it. Where no setting is named, the ceiling
is fixed. Quotas of an app and the rates of the reference are [settings](settings.md).

${allTable('en')}

## Memory of a process

What is bounded takes at most **${grouped(memoryCeiling)} MiB** together:

${heldTable('en')}

Beside it: about 100 MiB of an idle process; 19 MiB for each core while passwords are checked; the cache of the embedded
store; some KiB for each connection that is open and each chat room that somebody is connected to. Give a container the sum
and as much again for garbage that is not collected yet.
`,
  zh: () => `# 上限

[English](limits.md) · 由 \`npm run generate\` 根据 \`src/domain/limits.ts\` 生成，代码从该文件读取这些值。

列出所有上限、默认值、对应的设置项以及超出后的行为。未列设置项的上限不可修改。应用配额和官方限流见[设置](settings.zh-CN.md)。

${allTable('zh')}

## 单个进程的内存

以下有上限的部分合计最多占用 **${grouped(memoryCeiling)} MiB**：

${heldTable('zh')}

此外：空闲进程约 100 MiB；校验密码时每个 CPU 核 19 MiB；内置存储的缓存；每个连接以及每个有人在线的聊天室各若干 KiB。
为容器分配内存时，请取总和的两倍，为尚未回收的垃圾留出空间。
`,
}
