/** How many letters have to be added, removed or replaced to make one text of another (Levenshtein distance). */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, place) => place)
  for (const [above, letter] of [...from].entries()) {
    const next = [above + 1]
    for (let place = 1; place <= to.length; place += 1) {
      const replaced = (row[place - 1] as number) + (to[place - 1] === letter ? 0 : 1)
      next.push(Math.min((row[place] as number) + 1, (next[place - 1] as number) + 1, replaced))
    }
    row = next
  }
  return row.at(-1) as number
}

/** The names, three at most, that somebody who wrote `given` may have meant: the nearest first, none that is far from it. */
export function nearNames(given: string, names: Iterable<string>): string[] {
  const written = given.slice(0, 64).toLowerCase()
  const farthest = Math.floor(written.length / 4)
  return [...names]
    .map((name) => ({ name, distance: distanceOf(written, name.toLowerCase()) }))
    .filter(({ distance }) => distance <= farthest)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, 3)
    .map(({ name }) => name)
}
