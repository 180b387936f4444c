/** Whether a key belongs to what is being typed, or to the browser. */
export function isTyping({ target, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
  if (ctrlKey || metaKey || altKey) return true
  return (
    target instanceof Element &&
    target.closest('input, textarea, select, [role="menu"], [role="dialog"]') !== null
  )
}
