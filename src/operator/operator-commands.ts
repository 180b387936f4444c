import type { Command } from 'commander'
import { newToken } from '../auth/operators.ts'
import { operatorRoles } from '../domain/operator.ts'
import { ofAdmin, type Shown, showing, withSettings } from './command.ts'
import { tableLines } from './print.ts'
import { readPassword } from './read-password.ts'

/** Uses the password that was given, or makes one and shows it, this once. */
async function withPassword(
  name: string,
  done: string,
  use: (password: string) => Promise<void>,
): Promise<Shown> {
  const given = await readPassword('password (nothing to have one made): ')
  const password = given === '' ? newToken().slice(0, 24) : given
  await use(password)
  if (given !== '') return { lines: [done], value: { name } }
  return {
    lines: [done, `password  ${password}`, 'The password is shown this once: keep it.'],
    value: { name, password },
  }
}

const roles = operatorRoles.join(', ')

/** Commands about the operators of the console. */
export function operatorCommands(program: Command): void {
  const operator = program
    .command('operator')
    .description('operators of the console: add, list, remove, password, role; commands')

  showing<[string]>(
    withSettings(
      operator.command('add').argument('<name>').option('--role <role>', roles, 'viewer'),
    ).description('add an operator; the password is read from the terminal or standard input, or made'),
    (name, options) => {
      const role = options.role ?? 'viewer'
      return ofAdmin(options, (remote) =>
        withPassword(name, `added ${name}, ${role}`, (password) => remote.addOperator(name, role, password)),
      )
    },
  )
  showing<[]>(
    withSettings(operator.command('list')).description('list operators and their roles'),
    async (options) => {
      const value = await ofAdmin(options, (remote) => remote.listOperators())
      const rows = value.map(({ name, role, createdMs }) => ({
        name,
        role,
        created: new Date(createdMs).toISOString(),
      }))
      return { lines: tableLines(['name', 'role', 'created'], rows), value }
    },
  )
  showing<[]>(
    withSettings(operator.command('commands').option('--limit <n>', 'at most so many', '100')).description(
      'list which commands changed apps, users or operators, when and whose they were, the latest first',
    ),
    async (options) => {
      const most = Number(options.limit)
      if (!Number.isInteger(most) || most < 1) throw new Error('--limit must be a whole number from 1 on')
      const value = (await ofAdmin(options, (remote) => remote.listCommands(most))).map(
        ({ atMs, command, subject, actor }) => ({
          time: new Date(atMs).toISOString(),
          command,
          of: subject,
          by: actor,
        }),
      )
      return { lines: tableLines(['time', 'command', 'of', 'by'], value), value }
    },
  )
  showing<[string]>(
    withSettings(operator.command('remove').argument('<name>')).description(
      'remove an operator; the sessions end at once',
    ),
    async (name, options) => {
      await ofAdmin(options, (remote) => remote.removeOperator(name))
      return { lines: [`removed ${name}`], value: { name } }
    },
  )
  showing<[string]>(
    withSettings(operator.command('password').argument('<name>')).description(
      'give an operator another password, as in "add"; the sessions end at once',
    ),
    (name, options) =>
      ofAdmin(options, (remote) =>
        withPassword(name, `changed the password of ${name}; every session has ended`, (password) =>
          remote.setOperatorPassword(name, password),
        ),
      ),
  )
  showing<[string, string]>(
    withSettings(operator.command('role').argument('<name>').argument('<role>', roles)).description(
      'give an operator another role, at once',
    ),
    async (name, role, options) => {
      await ofAdmin(options, (remote) => remote.setOperatorRole(name, role))
      return { lines: [`${name} is ${role} now`], value: { name, role } }
    },
  )
}
