import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The shell lines between the marks of the tour. */
function tourOf(path: string): string {
  const tour = /<!-- tour -->(.*)<!-- \/tour -->/s.exec(readFileSync(path, 'utf8'))?.[1] ?? ''
  return [...tour.matchAll(/```sh\n(.*?)```/gs)].map(([, lines]) => lines).join('\n')
}

/** The README's start command, on a free port and with a directory of its own. */
async function started(dir: string) {
  const env: Record<string, string | undefined> = {
    ...process.env,
    CHATROOMD_DATA_DIR: join(dir, 'data'),
    CHATROOMD_PORT: '0',
  }
  const server = Bun.spawn([process.execPath, 'src/main.ts', 'serve'], { env, stdout: 'pipe' })
  const reader = server.stdout.getReader()
  let output = ''
  while (!output.includes('/docs\n')) {
    const { value, done } = await reader.read()
    if (done) throw new Error(`the server ended: ${output}`)
    output += new TextDecoder().decode(value)
  }
  void (async () => {
    while (!(await reader.read()).done);
  })()
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output)?.[0] ?? ''
  return { server, env, url, output }
}

for (const path of ['README.md', 'README.zh-CN.md']) {
  describe(`the tour of ${path}`, () => {
    const dir = mkdtempSync(join(tmpdir(), 'chatroomd-tour-'))
    let running: Awaited<ReturnType<typeof started>>
    beforeAll(async () => {
      running = await started(dir)
    }, 30_000)
    afterAll(async () => {
      running.server.kill('SIGTERM')
      await running.server.exited
      rmSync(dir, { recursive: true })
    })

    test('works when pasted', async () => {
      const lines = tourOf(path)
        .replaceAll('http://127.0.0.1:8080', running.url)
        .replaceAll('acme.txt', join(dir, 'acme.txt'))
      const shell = Bun.spawn(['bash', '-euo', 'pipefail', '-c', lines], {
        env: running.env,
        stdout: 'pipe',
        stderr: 'pipe',
      })
      const [told, complaints] = await Promise.all([
        new Response(shell.stdout).text(),
        new Response(shell.stderr).text(),
      ])
      expect({ complaints, exit: await shell.exited }).toEqual({ complaints: '', exit: 0 })
      expect(told).not.toContain('"error"')
      const answers = told.split('\n').filter((line) => line.startsWith('{'))
      expect(answers).toHaveLength(8)
      expect(JSON.parse(answers[2] ?? '').data.affiliations_count).toBe(3)
      expect(JSON.parse(answers[6] ?? '').data.success).toBe(true)
      expect(JSON.parse(answers[7] ?? '').access_token).toBeString()
    }, 60_000)

    test('begins with a curl line of the first start that works when pasted', async () => {
      const line = /curl -X POST.*?'\n/s.exec(running.output)?.[0] ?? ''
      const shell = Bun.spawn(['bash', '-c', `${line.trim()} -s`], { stdout: 'pipe' })
      const answer = JSON.parse(await new Response(shell.stdout).text())
      expect(answer.data.id).toMatch(/^\d+$/)
    })
  })
}

test('both READMEs have the same commands, settings and links', () => {
  const [english = '', chinese = ''] = ['README.md', 'README.zh-CN.md'].map((path) =>
    readFileSync(path, 'utf8'),
  )
  const commands = (text: string) =>
    [...text.matchAll(/```(?:sh|ini)\n(.*?)```/gs)].map(([, lines = '']) =>
      lines.replace(/"(name|description)": "[^"]*"/g, ''),
    )
  expect(commands(chinese)).toEqual(commands(english))
  const settings = (text: string) => [...text.matchAll(/`CHATROOMD_\w+` \|/g)].map(([name]) => name)
  expect(settings(chinese)).toEqual(settings(english))
  const links = (text: string) =>
    [...text.matchAll(/\]\(([^)]+)\)/g)]
      .map(([, to = '']) => to.replace('.zh-CN', ''))
      .filter((to) => to !== 'README.md')
      .sort()
  expect(links(chinese)).toEqual(links(english))
})

test('the code that CONTRIBUTING.md shows is the code', () => {
  const text = readFileSync('CONTRIBUTING.md', 'utf8')
  const shown = [...text.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)```/gs)]
  expect(shown).toHaveLength(3)
  for (const [, path = '', code = ''] of shown) expect(readFileSync(path, 'utf8')).toContain(code)
})
