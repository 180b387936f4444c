import type { Command } from 'commander'
import { nodeSocket, remoteAdmin } from './admin.ts'
import { configOf } from './command.ts'
import { fields, json, say, table } from './print.ts'
import type { Top } from './top-figures.ts'

const clear = '\u001b[H\u001b[2J'

function show({ rooms, slow, disk, ...figures }: Top): void {
  fields({ ...figures, disk_free_bytes: disk?.free_bytes })
  say('')
  table(['messages_per_second', 'users', 'app', 'room'], rooms)
  say('')
  table(['waiting_bytes', 'app', 'user', 'device', 'address'], slow)
}

/** Adds `top`. */
export function topCommand(command: Command): void {
  command
    .description('what the running server does now: rates, p99, busiest chat rooms, slow clients')
    .option('--interval <seconds>', 'between two looks', '2')
    .option('--once', 'one look')
    .option('--json', 'one look, as JSON')
    .action(async (options: Record<string, string> & { once?: boolean; json?: boolean }) => {
      const seconds = Number(options.interval)
      if (!(seconds >= 0.1 && seconds <= 60)) throw new Error('--interval must be a number from 0.1 to 60')
      const server = remoteAdmin(await nodeSocket(configOf(options)))
      for (;;) {
        const top = await server.top(seconds * 1000)
        if (options.json) return json(top)
        if (!options.once && process.stdout.isTTY) process.stdout.write(clear)
        show(top)
        if (options.once) return
      }
    })
}
