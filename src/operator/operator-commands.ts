import type { Command } from 'commander'
import { newToken } from '../auth/operators.ts'
import { operatorRoles } from '../domain/operator.ts'
import type { Admin } from './admin.ts'
import { admin, ofAdmin, showing, withSettings } from './command.ts'
import { say } from './print.ts'
import { readPassword } from './read-password.ts'

/** Uses the password that was given, or makes one and shows it, this once. */
async function withPassword(use: (password: string) => Promise<void>, done: string): Promise<void> {
  const given = await readPassword('password (nothing to have one made): ')
  const password = given === '' ? newToken().slice(0, 24) : given
  await use(password)
  say(done)
  if (given !== '') return
  say(`password  ${password}`)
  say('The password is shown this once: keep it.')
}

const roles = operatorRoles.join(', ')

/** Commands about the operators of the console. */
export function operatorCommands(program: Command): void {
  const operator = program
    .command('operator')
    .description('operators of the console: add, list, remove, password, role')

  withSettings(operator.command('add').argument('<name>').option('--role <role>', roles, 'viewer'))
    .description('add an operator; the password is read from the terminal or standard input, or made')
    .action(async (name: string, options: Record<string, string>, command: Command) => {
      const role = options.role ?? 'viewer'
      const add = (remote: Admin) =>
        withPassword((password) => remote.addOperator(name, role, password), `added ${name}, ${role}`)
      await admin((remote) => add(remote))(options, command)
    })
  showing<[]>(
    withSettings(operator.command('list')).description('list operators and their roles'),
    async (options) => {
      const value = await ofAdmin(options, (remote) => remote.listOperators())
      const lines = value.map(
        ({ name, role, createdMs }) => `${name}\t${role}\t${new Date(createdMs).toISOString()}`,
      )
      return { lines, value }
    },
  )
  withSettings(operator.command('remove').argument('<name>'))
    .description('remove an operator; the sessions end at once')
    .action(
      admin(async (remote, name: string) => {
        await remote.removeOperator(name)
        say(`removed ${name}`)
      }),
    )
  withSettings(operator.command('password').argument('<name>'))
    .description('give an operator another password, as in "add"; the sessions end at once')
    .action(
      admin((remote, name: string) =>
        withPassword(
          (password) => remote.setOperatorPassword(name, password),
          `changed the password of ${name}; every session has ended`,
        ),
      ),
    )
  withSettings(operator.command('role').argument('<name>').argument('<role>', roles))
    .description('give an operator another role, at once')
    .action(
      admin(async (remote, name: string, role: string) => {
        await remote.setOperatorRole(name, role)
        say(`${name} is ${role} now`)
      }),
    )
}
