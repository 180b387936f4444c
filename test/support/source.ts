import { readFileSync } from 'node:fs'
import { Glob } from 'bun'
import ts from 'typescript'

export interface SourceFile {
  path: string
  text: string
  tree: ts.SourceFile
  comments: string[]
}

let read: SourceFile[] | undefined

/** The files of `src` that people write: without tests and generated code. */
export function sourceFiles(): SourceFile[] {
  read ??= [...new Glob('src/**/*.ts').scanSync()]
    .filter((path) => !/\.(?:test|d)\.ts$|\/generated\//.test(path))
    .sort()
    .map(parse)
  return read
}

function parse(path: string): SourceFile {
  const text = readFileSync(path, 'utf8')
  const tree = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  return { path, text, tree, comments: commentsOf(text, tree) }
}

/** Comments are what stands before tokens, so that a `//` inside of a text is none. */
function commentsOf(text: string, tree: ts.SourceFile): string[] {
  const found = new Map<number, string>()
  const visit = (node: ts.Node): void => {
    const ranges = [
      ...(ts.getLeadingCommentRanges(text, node.getFullStart()) ?? []),
      ...(ts.getTrailingCommentRanges(text, node.end) ?? []),
    ]
    for (const { pos, end } of ranges) found.set(pos, text.slice(pos, end))
    ts.forEachChild(node, visit)
  }
  visit(tree)
  visit(tree.endOfFileToken)
  return [...found.values()]
}

/** Calls `on` for every node of a file. */
export function eachNode({ tree }: SourceFile, on: (node: ts.Node) => void): void {
  const visit = (node: ts.Node): void => {
    on(node)
    ts.forEachChild(node, visit)
  }
  visit(tree)
}

export const lineOf = ({ tree }: SourceFile, at: number): number =>
  tree.getLineAndCharacterOfPosition(at).line + 1
