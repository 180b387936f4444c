#!/usr/bin/env bun
import { startChatroomd } from './chatroomd.ts'
import { commandLine } from './operator/cli.ts'

try {
  await commandLine(startChatroomd).parseAsync()
} catch (error) {
  process.stderr.write(`chatroomd: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
