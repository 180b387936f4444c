/** Looks until something holds; fails after twenty seconds. For what emits no event. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const end = performance.now() + 20_000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it does not hold after 20 s: ${holds}`)
    await Bun.sleep(10)
  }
}
