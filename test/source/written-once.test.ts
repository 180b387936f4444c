import { expect, test } from 'bun:test'
import ts from 'typescript'
import { allowedSets } from '../support/rights.ts'
import { eachNode, lineOf, sourceFiles } from '../support/source.ts'

/** The operator's own messages, which no client of the API sees: they stand where they are thrown. */
const operatorOnly = /^src\/(?:operator\/|operations\/apps\/|domain\/app\.ts\b)/

const isText = (node: ts.Node | undefined): boolean =>
  node !== undefined && (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))

/** Every call or construction of `callee`, with its arguments and where it stands. */
function callsOf(callee: RegExp): { at: string; args: readonly ts.Expression[] }[] {
  const found: { at: string; args: readonly ts.Expression[] }[] = []
  for (const file of sourceFiles())
    eachNode(file, (node) => {
      if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return
      if (!callee.test(node.expression.getText())) return
      found.push({ at: `${file.path}:${lineOf(file, node.getStart())}`, args: node.arguments ?? [] })
    })
  return found
}

const repeated = (texts: string[]): string[] => texts.filter((text, at) => texts.indexOf(text) !== at)

const declared = callsOf(/^(?:failure|busy)$/)
const declaredTexts = declared.flatMap(({ args }) => {
  const text = args.length > 2 ? args[1] : args[0]
  return text && isText(text) ? [text.getText().slice(1, -1)] : []
})

test('11.5 no failure is declared twice with the same word and text', () => {
  const pairs = declared.map(({ args }) =>
    args
      .filter(isText)
      .map((each) => each.getText())
      .join(' '),
  )
  expect(declared.length).toBeGreaterThan(80)
  expect(repeated(pairs.filter((pair) => pair !== ''))).toEqual([])
})

test('11.5 the text of a failure is written in its declaration alone', () => {
  const texts = new Set(declaredTexts.filter((text) => text.includes(' ')))
  const found = new Map<string, string[]>()
  for (const file of sourceFiles())
    eachNode(file, (node) => {
      if (!isText(node)) return
      const text = node.getText().slice(1, -1)
      if (texts.has(text))
        found.set(text, [...(found.get(text) ?? []), `${file.path}:${lineOf(file, node.getStart())}`])
    })
  expect([...found].filter(([, places]) => places.length > 1)).toEqual([])
})

test('11.5 only declarations turn a text into a failure', () => {
  const made = callsOf(/^(?:Failure|TooBusy)$/).filter(
    ({ at, args }) => args.some(isText) && !operatorOnly.test(at),
  )
  expect(made.map(({ at }) => at)).toEqual([])
})

test('11.5 texts take the numbers of limits from where they are declared', () => {
  const ceiling =
    /(?:\b(?:at most|up to|over|more than|deeper than|longer than|latest) |最多 ?|超过 ?|不超过 ?)\d/i
  const found: string[] = []
  for (const file of sourceFiles()) {
    if (!/^src\/(?:operations|domain|http)\//.test(file.path) || file.path.startsWith('src/domain/limits'))
      continue
    eachNode(file, (node) => {
      if (isText(node) && ceiling.test(node.getText()) && !operatorOnly.test(file.path))
        found.push(`${file.path}:${lineOf(file, node.getStart())} ${node.getText()}`)
    })
  }
  expect(found).toEqual([])
})

test('11.5 no schema and no page bounds by a number of its own', () => {
  const bound = /^(?:maxItems|maxLength|maximum|most)$/
  const found: string[] = []
  for (const file of sourceFiles()) {
    if (!file.path.startsWith('src/operations/')) continue
    eachNode(file, (node) => {
      if (!ts.isPropertyAssignment(node) || !bound.test(node.name.getText())) return
      if (ts.isNumericLiteral(node.initializer) && Number(node.initializer.text) > 1)
        found.push(`${file.path}:${lineOf(file, node.getStart())}`)
    })
  }
  expect(found).toEqual([])
})

test('11.5 no two sets of rights give the same to the same roles with the same refusal', () => {
  expect(allowedSets.length).toBeGreaterThan(10)
  expect(repeated(allowedSets)).toEqual([])
})

test('11.5 no operation checks a role beside what it declares', () => {
  const asked = /\brole\b\s*[!=]==/
  const judges = /^src\/operations\/(?:allowed|authorise|room-members)\.ts$/
  const found = sourceFiles().filter(
    ({ path, text }) => path.startsWith('src/operations/') && !judges.test(path) && asked.test(text),
  )
  expect(found.map(({ path }) => path)).toEqual([])
})
