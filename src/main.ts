#!/usr/bin/env bun
import { startChatroomd } from './chatroomd.ts'
import { Failure } from './domain/failure.ts'
import { commandLine } from './operator/cli.ts'

try {
  await commandLine(startChatroomd).parseAsync()
} catch (error) {
  const text = error instanceof Error ? error.message : String(error)
  const cause = error instanceof Failure && error.cause instanceof Error ? `: ${error.cause.message}` : ''
  process.stderr.write(`chatroomd: ${text}${cause}\n`)
  process.exit(1)
}
