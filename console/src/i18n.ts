import { i18n } from '@lingui/core'

export const languages = { en: 'English', 'zh-CN': '简体中文' } as const
export type Language = keyof typeof languages

const stored = 'chatroomd.language'

const catalogs = {
  en: () => import('./locales/en.po'),
  'zh-CN': () => import('./locales/zh-CN.po'),
}

/** The language that was chosen last, or the first one of the browser that we have. */
export function chosenLanguage(): Language {
  const chosen = localStorage.getItem(stored)
  if (chosen === 'en' || chosen === 'zh-CN') return chosen
  return navigator.languages.some((language) => language.startsWith('zh')) ? 'zh-CN' : 'en'
}

export async function speak(language: Language): Promise<void> {
  const { messages } = await catalogs[language]()
  i18n.loadAndActivate({ locale: language, messages })
  document.documentElement.lang = language
}

export async function choose(language: Language): Promise<void> {
  localStorage.setItem(stored, language)
  await speak(language)
}
