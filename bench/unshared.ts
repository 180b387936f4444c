/** The server with a commit for every request, as the measure of what sharing commits brings. */
import pino from 'pino'
import { startChatroomd } from '../src/chatroomd.ts'
import { readConfig } from '../src/config.ts'

const chatroomd = await startChatroomd(readConfig({}, process.env, ''), pino(), { batch: 1 })
process.on('SIGTERM', () => void chatroomd.stop(0).then(() => process.exit(0)))
