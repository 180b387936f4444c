import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import pkg from '../../package.json' with { type: 'json' }

test('17.1 the scripts of package.json name files and folders that are there: npm runs them by a shell that knows no braces', () => {
  const named = Object.values(pkg.scripts).flatMap(
    (script) => script.match(/\b(?:test|scripts|bench)\/\S+/g) ?? [],
  )
  expect(named.length).toBeGreaterThan(50)
  expect(named.filter((path) => !existsSync(path))).toEqual([])
})
