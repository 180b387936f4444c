/** A moment as `datetime-local` writes it, in the viewer's zone. */
export function localOf(at: number): string {
  const offsetMs = new Date(at).getTimezoneOffset() * 60_000
  return new Date(at - offsetMs).toISOString().slice(0, 16)
}
