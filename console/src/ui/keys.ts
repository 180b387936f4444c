/** Whether a key belongs to what is being typed or chosen, or to the browser. */
export function isWriting({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return true
  return target instanceof Element && target.closest('input, textarea, select, [role="menu"]') !== null
}

/** Whether a key is none of the page's: it is typed, or meant for a dialog. */
export const isTyping = (event: KeyboardEvent): boolean =>
  isWriting(event) || (event.target instanceof Element && event.target.closest('[role="dialog"]') !== null)
