import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The client protocol's types, encoders and decoders, from its schema. */
export function protocol(): string {
  const out = mkdtempSync(join(tmpdir(), 'chatroomd-generate-'))
  const options = [
    'forceLong=bigint',
    'unknownFields=true',
    'useOptionals=all',
    'noDefaultsForOptionals=true',
    'enumsAsLiterals=true',
    'outputJsonMethods=false',
    'outputPartialMethods=false',
  ]
  const plugin = { local: 'node_modules/.bin/protoc-gen-ts_proto', out, opt: options }
  const template = {
    version: 'v2',
    inputs: [{ proto_file: 'src/realtime/generated/protocol.proto' }],
    plugins: [plugin],
  }
  const run = Bun.spawnSync(['node_modules/.bin/buf', 'generate', '--template', JSON.stringify(template)])
  if (run.exitCode !== 0) throw new Error(`buf failed: ${run.stderr}`)
  const text = readFileSync(join(out, 'protocol.ts'), 'utf8')
  rmSync(out, { recursive: true })
  return text
}
