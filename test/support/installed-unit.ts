import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Root } from './bookworm.ts'

export interface ServingUnit {
  url: string
  /** As `systemctl reload` does; returns the exit code. */
  reload(): Promise<number>
  stop(): Promise<number>
}

const variables = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split(/\s+/)
      .filter((each) => each.includes('='))
      .map((each) => [each.slice(0, each.indexOf('=')), each.slice(each.indexOf('=') + 1)]),
  )

/** Does what systemd does for the unit that a package has installed in a root, as far as a root without systemd has it. */
export async function startUnit(
  root: Root,
  unit = '/usr/lib/systemd/system/chatroomd.service',
): Promise<ServingUnit> {
  const text = readFileSync(join(root.dir, unit), 'utf8')
  const value = (name: string): string => new RegExp(`^${name}=-?(.*)$`, 'm').exec(text)?.[1] ?? ''
  const user = `${value('User')}:${value('Group')}`
  const state = `/var/lib/${value('StateDirectory')}`
  if (!existsSync(join(root.dir, state)))
    root.run(
      'install',
      '-d',
      '-m',
      value('StateDirectoryMode'),
      '-o',
      value('User'),
      '-g',
      value('Group'),
      state,
    )
  const file = join(root.dir, value('EnvironmentFile'))
  const env = {
    ...variables(value('Environment')),
    ...(existsSync(file) ? variables(readFileSync(file, 'utf8')) : {}),
  }
  const start = (name: string) =>
    root.start(['sh', '-c', `umask ${value('UMask')} && exec ${value(name)}`], user, env)
  const check = start('ExecStartPre')
  if ((await check.exited) !== 0) throw new Error(await new Response(check.stderr).text())
  const child = start('ExecStart')
  let said = ''
  for await (const part of child.stdout) {
    said += Buffer.from(part)
    const url = /"msg":"listening".*"url":"([^"]+)"|"url":"([^"]+)".*"msg":"listening"/.exec(said)
    if (!url) continue
    return {
      url: url[1] ?? url[2] ?? '',
      reload: () =>
        root.start(['sh', '-c', value('ExecReload')], user, { ...env, MAINPID: String(child.pid) }).exited,
      async stop() {
        child.kill('SIGTERM')
        return await child.exited
      },
    }
  }
  throw new Error(`the server did not start: ${said}${await new Response(child.stderr).text()}`)
}
