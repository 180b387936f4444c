import { expect, test } from 'bun:test'
import ts from 'typescript'
import { eachNode, lineOf, sourceFiles } from '../support/source.ts'

const longestFunction = 100
const longestFile = 300
const medianFile = 80

const linesOf = (text: string): number => text.trimEnd().split('\n').length

test(`11.5 no function has more than ${longestFunction} lines, closures included`, () => {
  const long: string[] = []
  for (const file of sourceFiles())
    eachNode(file, (node) => {
      if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return
      const from = lineOf(file, node.getStart())
      const lines = lineOf(file, node.end) - from + 1
      if (lines > longestFunction) long.push(`${file.path}:${from} has ${lines} lines`)
    })
  expect(long).toEqual([])
})

test(`11.5 no file has more than ${longestFile} lines, and half of them at most ${medianFile}`, () => {
  const sizes = sourceFiles().map(({ path, text }) => ({ path, lines: linesOf(text) }))
  expect(sizes.filter(({ lines }) => lines > longestFile)).toEqual([])
  const sorted = sizes.map(({ lines }) => lines).sort((a, b) => a - b)
  expect(sorted[sorted.length >> 1]).toBeLessThanOrEqual(medianFile)
})
