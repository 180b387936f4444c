/** The pages of the guide, in the order of its menu; each is `docs/<name>.md`, and `docs/<name>.zh-CN.md` in Chinese. */
export const groups = [
  { en: 'Start', zh: '入门', pages: ['quick-start', 'sdk', 'client', 'moving'] },
  {
    en: 'Use',
    zh: '功能',
    pages: [
      'history',
      'moderation',
      'lifecycle',
      'bulk',
      'retries',
      'refusals',
      'events',
      'callbacks',
      'before-sending',
      'console',
    ],
  },
  {
    en: 'Run',
    zh: '运维',
    pages: [
      'production',
      'settings',
      'backup',
      'upgrade',
      'security',
      'operations',
      'scaling',
      'performance',
      'doctor',
    ],
  },
  {
    en: 'Reference',
    zh: '参考',
    pages: ['served', 'errors', 'metrics', 'limits', 'permissions', 'changelog'],
  },
  { en: 'Contribute', zh: '参与开发', pages: ['architecture', 'contributing', 'reference'] },
] as const

/** Pages that do not lie in `docs/`. */
const elsewhere: Readonly<Record<string, string>> = {
  changelog: 'CHANGELOG',
  contributing: 'CONTRIBUTING',
  client: 'client/README',
}

export type Language = 'en' | 'zh'

/** Where the text of a page is, from the root of the project. */
export function sourceOf(page: string, language: Language): string {
  const name = elsewhere[page] ?? `docs/${page}`
  return language === 'en' ? `${name}.md` : `${name}.zh-CN.md`
}

export const pages: readonly string[] = groups.flatMap((group) => [...group.pages])
