/** The real program, but that the clock by which callbacks are tried again runs faster: it begins at HASTY_FROM, for all processes of a test. */
import { startChatroomd } from '../../src/chatroomd.ts'
import { commandLine } from '../../src/operator/cli.ts'

const from = Number(process.env.HASTY_FROM)
const times = 3000

const callbackTerms = {
  lookMs: 30,
  gatherMs: 5,
  now: () => from + (Date.now() - from) * times,
  random: Math.random,
}

await commandLine((config, log, options) =>
  startChatroomd(config, log, { ...options, callbackTerms }),
).parseAsync()
