/** Looks until something holds; fails after twenty seconds, if not told otherwise. For what emits no event. */
export async function until(holds: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  const end = performance.now() + seconds * 1000
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`it does not hold after ${seconds} s: ${holds}`)
    await Bun.sleep(10)
  }
}
