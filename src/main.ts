#!/usr/bin/env bun
import { commandLine } from './operator/cli.ts'

try {
  await commandLine().parseAsync()
} catch (error) {
  process.stderr.write(`chatroomd: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}
