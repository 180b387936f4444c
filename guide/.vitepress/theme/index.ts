/// <reference types="vitepress/client" />
import type { Theme } from 'vitepress'
import DefaultTheme from 'vitepress/theme-without-fonts'
import { tokens } from '../../tokens.ts'
import './style.css'

const theme: Theme = {
  extends: DefaultTheme,
  enhanceApp({ siteData }) {
    const { search } = siteData.value.themeConfig
    search.options = {
      ...search.options,
      miniSearch: { options: { tokenize: tokens }, searchOptions: { combineWith: 'AND' } },
    }
  },
}
export default theme
