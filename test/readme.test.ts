import { afterAll, beforeAll, describe, expect, test } from 'bun:test'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { tourOf } from './support/commands.ts'
import { type Started, started } from './support/started.ts'

describe('the tour of the README', () => {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-tour-'))
  let running: Started
  beforeAll(async () => {
    running = await started(['npm', 'start'], join(dir, 'data'))
  }, 120_000)
  afterAll(async () => {
    expect(await running.stop()).toBe(0)
    rmSync(dir, { recursive: true })
  })

  /** Runs the tour of a page, and looks at its output. */
  async function pasted(page: string) {
    const lines = tourOf(page)
      .replaceAll('http://127.0.0.1:8080', running.url)
      .replaceAll('acme.txt', join(dir, 'acme.txt'))
      .replaceAll('heard.txt', join(dir, 'heard.txt'))
    const shell = Bun.spawn(['bash', '-euo', 'pipefail', '-c', lines], {
      env: { ...process.env, CHATROOMD_DATA_DIR: join(dir, 'data') },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [output, complaints] = await Promise.all([
      new Response(shell.stdout).text(),
      new Response(shell.stderr).text(),
    ])
    expect(output).not.toContain('"error"')
    expect(output).toContain('Good evening!')
    const answers = output.split('\n').filter((line) => line.startsWith('{'))
    expect(answers).toHaveLength(16)
    expect(JSON.parse(answers[3] ?? '').data.affiliations_count).toBe(3)
    expect(JSON.parse(answers[13] ?? '').data.success).toBe(true)
    expect(JSON.parse(answers[14] ?? '').data.success).toBe(true)
    expect(JSON.parse(answers[15] ?? '').access_token).toBeString()
    return { complaints, exit: await shell.exited }
  }

  test('works when pasted', async () => {
    expect(await pasted('README.md')).toEqual({ complaints: '', exit: 0 })
  }, 240_000)

  test('10.31 works when pasted once more, in Chinese', async () => {
    expect(await pasted('README.zh-CN.md')).toEqual({
      complaints: 'chatroomd: the app acme#lounge exists already\n',
      exit: 0,
    })
  }, 240_000)

  test('begins with a curl line of the first start that works when pasted', async () => {
    const line = /curl -X POST.*?'\n/s.exec(running.output)?.[0] ?? ''
    const shell = Bun.spawn(['bash', '-c', `${line.trim()} -s`], { stdout: 'pipe' })
    const answer = JSON.parse(await new Response(shell.stdout).text())
    expect(answer.data.id).toMatch(/^\d+$/)
  })
})

test('both READMEs have the same settings and links', () => {
  const [english = '', chinese = ''] = ['README.md', 'README.zh-CN.md'].map((path) =>
    readFileSync(path, 'utf8'),
  )
  const settings = (text: string) => [...text.matchAll(/`CHATROOMD_\w+` \|/g)].map(([name]) => name)
  expect(settings(chinese)).toEqual(settings(english))
  const links = (text: string) =>
    [...text.matchAll(/\]\(([^)]+)\)/g)]
      .map(([, to = '']) => to.replace('.zh-CN', ''))
      .filter((to) => to !== 'README.md')
      .sort()
  expect(links(chinese)).toEqual(links(english))
})

test('the code that CONTRIBUTING.md shows is the code, in both languages', () => {
  for (const page of ['CONTRIBUTING.md', 'CONTRIBUTING.zh-CN.md']) {
    const shown = [...readFileSync(page, 'utf8').matchAll(/<!-- (\S+) -->\n```ts\n(.*?)```/gs)]
    expect(shown).toHaveLength(1)
    for (const [, path = '', code = ''] of shown) expect(readFileSync(path, 'utf8')).toContain(code)
  }
})
