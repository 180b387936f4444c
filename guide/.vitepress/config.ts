import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { renderMermaidSVG } from 'beautiful-mermaid'
import { type DefaultTheme, defineConfig } from 'vitepress'
import { groups, type Language, sourceOf } from '../pages.ts'
import { slug } from '../slug.ts'
import { tokens } from '../tokens.ts'

const root = join(import.meta.dirname, '../..')

/** Titles in the menu that say more than that of the page. */
const titles: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  client: { en: 'TypeScript client', zh: 'TypeScript 客户端' },
}

const titleOf = (page: string, language: Language): string =>
  titles[page]?.[language] ??
  /^# (.*)$/m.exec(readFileSync(join(root, sourceOf(page, language)), 'utf8'))?.[1] ??
  page

const decisions = { en: 'Decisions', zh: '设计决策' }

function sidebar(language: Language): DefaultTheme.SidebarItem[] {
  const prefix = language === 'en' ? '/' : '/zh/'
  return groups.map((group) => ({
    text: group[language],
    collapsed: false,
    items: [
      ...group.pages.map((page) => ({ text: titleOf(page, language), link: prefix + page })),
      ...(group.en === 'Contribute' ? [{ text: decisions[language], link: `${prefix}decisions` }] : []),
    ],
  }))
}

/** A picture drawn of Mermaid's words while the guide is built; its colours are those of the page. */
function picture(words: string): string {
  const svg = renderMermaidSVG(words.replace(/^flowchart LR/m, 'flowchart TD'), {
    bg: 'var(--vp-c-bg)',
    fg: 'var(--vp-c-text-1)',
  })
  return `<div class="picture" v-pre>${svg.replace(/<style>.*?<\/style>/s, '').replaceAll('\n', ' ')}</div>\n`
}

const search: DefaultTheme.LocalSearchOptions = {
  detailedView: false,
  locales: {
    zh: {
      translations: {
        button: { buttonText: '搜索', buttonAriaLabel: '搜索' },
        modal: {
          displayDetails: '显示详细列表',
          resetButtonTitle: '清除',
          backButtonTitle: '关闭',
          noResultsText: '没有找到',
          footer: {
            selectText: '打开',
            selectKeyAriaLabel: '回车',
            navigateText: '选择',
            navigateUpKeyAriaLabel: '上',
            navigateDownKeyAriaLabel: '下',
            closeText: '关闭',
            closeKeyAriaLabel: 'Esc',
          },
        },
      },
    },
  },
}
// Not enumerable: VitePress would hand a function to the page as a text that it evaluates, which the policy forbids.
// The page is given the same function by the theme.
Object.defineProperty(search, 'miniSearch', { value: { options: { tokenize: tokens } } })

export default defineConfig({
  base: '/docs/guide/',
  srcDir: '.src',
  outDir: 'dist',
  cacheDir: '.cache',
  cleanUrls: true,
  metaChunk: true,
  title: 'chatroomd',
  head: [['link', { rel: 'icon', href: 'data:,' }]],
  markdown: {
    theme: { light: 'github-light-high-contrast', dark: 'github-dark' },
    codeCopyButtonTitle: 'Copy / 复制',
    anchor: { slugify: slug },
    config(md) {
      const fence = md.renderer.rules.fence
      md.renderer.rules.fence = (all, at, ...rest) => {
        const token = all[at]
        if (token?.info.trim() === 'mermaid') return picture(token.content)
        return fence?.(all, at, ...rest) ?? ''
      }
    },
  },
  vite: {
    build: { assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 3000 },
    logLevel: 'warn',
  },
  themeConfig: { search: { provider: 'local', options: search }, outline: [2, 3], socialLinks: [] },
  locales: {
    root: {
      label: 'English',
      lang: 'en',
      description: 'How to use, run and change chatroomd.',
      themeConfig: { sidebar: sidebar('en') },
    },
    zh: {
      label: '简体中文',
      lang: 'zh-CN',
      description: 'chatroomd 的使用、部署与开发指南。',
      themeConfig: {
        sidebar: sidebar('zh'),
        outline: { level: [2, 3], label: '本页内容' },
        docFooter: { prev: '上一页', next: '下一页' },
        darkModeSwitchLabel: '外观',
        lightModeSwitchTitle: '切换到浅色',
        darkModeSwitchTitle: '切换到深色',
        sidebarMenuLabel: '目录',
        returnToTopLabel: '返回顶部',
        langMenuLabel: '切换语言',
        skipToContentLabel: '跳到正文',
        notFound: {
          title: '没有这一页',
          quote: '地址可能已变更。',
          linkText: '返回首页',
          linkLabel: '返回首页',
        },
      },
    },
  },
})
