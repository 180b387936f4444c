/** An explanation in both languages. */
export interface Text {
  en: string
  zh: string
}
