import { BinaryReader, type WireType } from '@bufbuild/protobuf/wire'
import type { Attribute, Export } from './collector.ts'

type Field = (reader: BinaryReader) => void

/** Reads a message of protobuf: `fields` by their numbers; others are skipped. */
function message(bytes: Uint8Array, fields: Record<number, Field>): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, type]: [number, WireType] = reader.tag()
    const read = fields[field]
    if (read) read(reader)
    else reader.skip(type, field)
  }
}

function attributeIn(bytes: Uint8Array): Attribute {
  let key = ''
  const value: Attribute['value'] = {}
  message(bytes, {
    1: (reader) => (key = reader.string()),
    2: (reader) =>
      message(reader.bytes(), {
        1: (each) => (value.stringValue = each.string()),
        2: (each) => (value.boolValue = each.bool()),
        3: (each) => (value.intValue = String(each.int64())),
        4: (each) => (value.doubleValue = each.double()),
      }),
  })
  return { key, value }
}

const hex = (reader: BinaryReader): string => Buffer.from(reader.bytes()).toString('hex')

type Scope = Export['resourceSpans'][number]['scopeSpans'][number]

function spanIn(bytes: Uint8Array): Scope['spans'][number] {
  const span: Scope['spans'][number] = { traceId: '', spanId: '', name: '', kind: 0, attributes: [] }
  message(bytes, {
    1: (reader) => (span.traceId = hex(reader)),
    2: (reader) => (span.spanId = hex(reader)),
    4: (reader) => (span.parentSpanId = hex(reader)),
    5: (reader) => (span.name = reader.string()),
    6: (reader) => (span.kind = reader.int32()),
    9: (reader) => span.attributes.push(attributeIn(reader.bytes())),
  })
  return span
}

/** What a request to a collector holds in protobuf, in the form of JSON (opentelemetry/proto/trace/v1/trace.proto). */
export function exportIn(bytes: Uint8Array): Export {
  const resourceSpans: Export['resourceSpans'] = []
  const scopeIn = (scope: Uint8Array): Scope => {
    const spans: Scope['spans'] = []
    message(scope, { 2: (reader) => spans.push(spanIn(reader.bytes())) })
    return { spans }
  }
  message(bytes, {
    1: (request) => {
      const [attributes, scopeSpans]: [Attribute[], Scope[]] = [[], []]
      message(request.bytes(), {
        1: (resource) =>
          message(resource.bytes(), { 1: (reader) => attributes.push(attributeIn(reader.bytes())) }),
        2: (reader) => scopeSpans.push(scopeIn(reader.bytes())),
      })
      resourceSpans.push({ resource: { attributes }, scopeSpans })
    },
  })
  return { resourceSpans }
}
