/** The documents that come from the code: settings, errors, the API description. */
import { readFileSync } from 'node:fs'
import { appSettings } from '../src/domain/app-settings.ts'
import { roles } from '../src/domain/role.ts'
import { sharingResponses } from '../src/http/openapi-shared.ts'
import { withRights } from '../src/operations/index.ts'
import { permissionsOf } from '../src/operations/permissions.ts'
import { settings } from '../src/operator/settings.ts'
import { describe } from './described.ts'
import { doctorPages } from './doctor-page.ts'
import { errorsPages } from './errors-page.ts'
import { eventsPages } from './events-page.ts'
import { limitsPages } from './limits-page.ts'
import { metricsPages } from './metrics-page.ts'
import { servedPages } from './served-page.ts'
import { code, type Language, table } from './table.ts'

function serverSettings(language: Language): string {
  const head = {
    en: ['environment', 'file', 'default', 'meaning'],
    zh: ['环境变量', '配置文件', '默认值', '说明'],
  }[language]
  const rows = Object.entries(settings).map(([name, { env, default: text, ...meaning }]) => [
    code(env),
    code(name),
    code(text),
    meaning[language],
  ])
  return table(head, rows)
}

function settingsOfApps(language: Language): string {
  const head = { en: ['setting', 'default', 'meaning'], zh: ['设置项', '默认值', '说明'] }[language]
  const rows = Object.entries(appSettings).map(([name, { default: text, ...meaning }]) => [
    code(name),
    code(text),
    meaning[language],
  ])
  return table(head, rows)
}

const settingsPages = {
  en: () => `# Settings

[简体中文](settings.zh-CN.md) · Written by \`npm run generate\`.

## Of the server

A flag (\`--data-dir /var/lib/chatroomd\`) wins over the environment, that over the file, that over the default. The file is
the one that \`--config\` or \`CHATROOMD_CONFIG\` names, else \`chatroomd.toml\` in the working directory, else
\`/etc/chatroomd/chatroomd.toml\`. Variables that hold secrets (\`APPS\`, \`DATABASE_URL\`, \`REDIS_URL\`, \`METRICS_TOKEN\`) can name a
file instead: \`CHATROOMD_DATABASE_URL_FILE\`. \`chatroomd serve --check\` shows what counts. SIGHUP reads the configuration
again: \`log_level\` and new \`apps\` count at once, the others after a restart.

${serverSettings('en')}

## Of an app

\`chatroomd app set 'org#app' rooms=100 dialect=sdk\` changes them, at once and for good; \`rooms=none\` lifts a quota.

${settingsOfApps('en')}
`,
  zh: () => `# 设置

[English](settings.md) · 由 \`npm run generate\` 生成。

## 服务设置

优先级：命令行参数（\`--data-dir /var/lib/chatroomd\`）> 环境变量 > 配置文件 > 默认值。配置文件由 \`--config\` 或
\`CHATROOMD_CONFIG\` 指定；未指定时依次查找工作目录下的 \`chatroomd.toml\` 和 \`/etc/chatroomd/chatroomd.toml\`。含密钥的变量
（\`APPS\`、\`DATABASE_URL\`、\`REDIS_URL\`、\`METRICS_TOKEN\`）可改为指定文件，如 \`CHATROOMD_DATABASE_URL_FILE\`。
\`chatroomd serve --check\` 列出生效的设置。收到 SIGHUP 会重新读取配置：\`log_level\` 和新增的 \`apps\` 立即生效，其余设置重启后生效。

${serverSettings('zh')}

## 应用设置

用 \`chatroomd app set 'org#app' rooms=100 dialect=sdk\` 修改，立即生效并永久保存；\`rooms=none\` 表示不限。

${settingsOfApps('zh')}
`,
}

const rights = {
  en: { yes: 'yes', no: '–', own: 'own' },
  zh: { yes: '可', no: '–', own: '仅本人' },
}

const operatorRoles = {
  en: { viewer: 'viewer', moderator: 'moderator', admin: 'admin' },
  zh: { viewer: '只读', moderator: '审核员', admin: '管理员' },
}

/** The table of permissions, operation by operation. */
function permissionsTable(language: Language): string {
  const head = {
    en: [
      'operation',
      'call',
      'app token',
      'super admin',
      'owner',
      'admin',
      'member',
      'other user',
      'console',
      'refusal',
    ],
    zh: [
      '操作',
      '调用',
      'App Token',
      '超级管理员',
      '所有者',
      '管理员',
      '成员',
      '其他用户',
      '控制台',
      '拒绝时返回',
    ],
  }[language]
  const rows = permissionsOf(withRights).map((permission) => [
    code(permission.operation),
    code(permission.call),
    ...roles.map((role) => rights[language][permission.rights[role]]),
    operatorRoles[language][permission.operator],
    `${permission.refusal.status} ${code(permission.refusal.word)} ${code(permission.refusal.text)}`,
  ])
  return table(head, rows)
}

const permissionsPages = {
  en: () => `# Who may do what

[简体中文](permissions.zh-CN.md) · Written by \`npm run generate\` from the declarations in \`src/operations\`; a test calls every cell over HTTP.

Calls are relative to \`/{org_name}/{app_name}\`. *own*: only where the user that the call is about is the caller. A super
admin has the rights of its role in the room, too. Besides: an admin cannot remove, block, mute or unmute the owner or
another admin; whoever is not in a room sees its details without its members. *console*: the least role of an operator of the
[console](console.md).

${permissionsTable('en')}
`,
  zh: () => `# 权限

[English](permissions.md) · 由 \`npm run generate\` 根据 \`src/operations\` 中的声明生成；测试会通过 HTTP 验证表中每一格。

路径均相对于 \`/{org_name}/{app_name}\`。“仅本人”：仅当调用所涉及的用户就是调用者本人时允许。超级管理员同时拥有其在聊天室内角色的权限。
此外：管理员不能移出、拉黑、禁言或解除禁言所有者及其他管理员；不在聊天室内的用户查看详情时看不到成员。“控制台”：[控制台](console.zh-CN.md)账号所需的最低角色。

${permissionsTable('zh')}
`,
}

/** A README with the settings between its two marks. */
function readme(path: string, language: Language): string {
  const marked = /(<!-- settings -->\n).*(<!-- \/settings -->)/s
  return readFileSync(path, 'utf8').replace(marked, `$1\n${serverSettings(language)}\n\n$2`)
}

/** Every generated document, and what makes its text. */
export const documents: Record<string, () => string> = {
  'docs/openapi.json': () => `${JSON.stringify(sharingResponses(describe()), null, 1)}\n`,
  'docs/settings.md': settingsPages.en,
  'docs/settings.zh-CN.md': settingsPages.zh,
  'docs/errors.md': errorsPages.en,
  'docs/errors.zh-CN.md': errorsPages.zh,
  'docs/events.md': eventsPages.en,
  'docs/events.zh-CN.md': eventsPages.zh,
  'docs/doctor.md': doctorPages.en,
  'docs/doctor.zh-CN.md': doctorPages.zh,
  'docs/permissions.md': permissionsPages.en,
  'docs/permissions.zh-CN.md': permissionsPages.zh,
  'docs/limits.md': limitsPages.en,
  'docs/limits.zh-CN.md': limitsPages.zh,
  'docs/metrics.md': metricsPages.en,
  'docs/metrics.zh-CN.md': metricsPages.zh,
  'docs/served.md': servedPages.en,
  'docs/served.zh-CN.md': servedPages.zh,
  'README.md': () => readme('README.md', 'en'),
  'README.zh-CN.md': () => readme('README.zh-CN.md', 'zh'),
}
