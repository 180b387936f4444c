import { expect, test } from 'bun:test'
import { sourceFiles } from '../support/source.ts'

const cited = /\[([a-z][a-z: ]*)\]/g

/** Each `[citation]` in a comment of the source, with the file it stands in. */
const citations = sourceFiles().flatMap(({ path, comments }) =>
  comments.flatMap((comment) => [...comment.matchAll(cited)].map(([, name]) => ({ path, name }))),
)

const page = await Bun.file('docs/reference.md').text()
const rows = [...page.matchAll(/^\| `\[([^\]]+)\]` \| (.+?) \|.*\| <(https:\S+)> \|$/gm)]

test('11.5 every citation of the reference is in docs/reference.md with its title and address', () => {
  const known = rows.map(([, name]) => name)
  expect(citations.length).toBeGreaterThan(20)
  expect(citations.filter(({ name }) => !known.includes(name))).toEqual([])
})

test('11.5 docs/reference.md lists no citation that the source does not use, and none twice', () => {
  const used = new Set(citations.map(({ name }) => name))
  const listed = rows.map(([, name]) => name ?? '')
  expect(listed.filter((name, at) => !used.has(name) || listed.indexOf(name) !== at)).toEqual([])
})

test('11.5 comments cite in the short form alone', () => {
  const long = /\((?:management page|account system|reference family)\b/
  expect(sourceFiles().filter(({ comments }) => comments.some((each) => long.test(each)))).toEqual([])
})
