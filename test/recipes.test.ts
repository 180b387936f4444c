/** The commands that the pages of the guide show are pasted into a shell, in the order of the menu. */
import { afterAll, expect, setDefaultTimeout, test } from 'bun:test'
import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Block, blocksOf, inChinese, pages, tourOf } from './support/commands.ts'
import { freePort } from './support/ports.ts'
import { aDirectory, type Served, serves } from './support/process.ts'
import { appsSetting, callsOn } from './support/served-app.ts'

setDefaultTimeout(240_000)

/** Pages that are pasted, and what they print. */
const recipes: Readonly<Record<string, (string | RegExp)[]>> = {
  'docs/quick-start.md': ['"affiliations_count":2', 'Good evening!'],
  'docs/sdk.md': ['"result":"success"', '"access_token"'],
  'docs/moving.md': ['users: register alice', 'compared: 2 differences, 0 problems', '"access_token"'],
  'docs/history.md': ['Good evening!'],
  'docs/moderation.md': ['"casino"'],
  'docs/lifecycle.md': ['"idle_timeout":86400', '"reason":"expires_at"'],
  'docs/bulk.md': ['"dry_run":true', '"state":"done"'],
  'docs/retries.md': [/^412$/m, '"events":'],
  'docs/refusals.md': ['"allowed":true', /^allowed +false/m, /^allowed +true/m],
  'docs/events.md': ['event: announcement.changed', 'be brief', 'Good night!'],
  'docs/callbacks.md': ['webhook-signature', 'Good evening!'],
  'docs/before-sending.md': ['"when":"before"'],
  'docs/console.md': [/ann +admin/],
  'docs/production.md': ['HTTP/1.1 200', 'HTTP/1.1 101'],
  'docs/backup.md': ['backed up to', 'restored and verified'],
  'docs/upgrade.md': ['restored and verified'],
  'docs/doctor.md': [/The store is sound.*The store is sound/s],
  'docs/operations.md': [],
}

/** How blocks begin that are not run here, and why. */
const leftOut: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'README.md': {
    'npm ci && npm start': 'test/readme.test.ts starts its server so',
    'npm ci && npm test': 'it is what runs this',
    'npm run chatroomd -- app set': 'test/readme.test.ts runs the tour; docs/lifecycle.md has the command',
    'npm ci && npm run build': 'test/build.test.ts builds the executable',
  },
  'CONTRIBUTING.md': {
    'npm ci': 'it is what CI does',
    'npm run fix': 'it is what CI does',
    'npm run test:model-long': 'takes minutes',
  },
  'client/README.md': { 'npm ci': 'test/client.test.ts packs the client' },
  'docs/quick-start.md': {
    'npm ci && npm start': 'test/readme.test.ts starts its server so',
    'npm run example': 'test/sdk/example.test.ts opens it in browsers',
  },
  'docs/production.md': {
    'useradd --system': 'needs root and systemd; npm run test:packages does it in a Debian of its own',
    'helm install': 'needs a Kubernetes cluster; test/operator/chart.test.ts renders the chart',
  },
  'docs/scaling.md': {
    'createdb rehearsal': 'needs a PostgreSQL server; test/move.test.ts does the same',
    'chatroomd export all.ndjson': 'test/move.test.ts does the same',
    'CHATROOMD_DATABASE_URL=': 'needs a PostgreSQL server; test/move.test.ts does the same',
  },
  'docs/performance.md': { 'npm ci': 'measures for minutes; `npm test` runs it with --smoke' },
}

/** How blocks begin that go on until they are stopped, what they print when they have come as far as that, and settings. */
const untilStopped: Readonly<Record<string, { prints: string; env?: Record<string, string> }>> = {
  'OTEL_EXPORTER_OTLP_ENDPOINT=': {
    prints: '"msg":"listening"',
    env: { CHATROOMD_DATA_DIR: 'traced', CHATROOMD_PORT: '0' },
  },
  'chatroomd serve --data-dir ./rehearsal': { prints: '"msg":"listening"' },
  "chatroomd mirror https://a1.easemob.com 'acme#lounge' --client-id YXA6… --follow": {
    prints: ' compared: ',
    env: { MIRROR_CLIENT_SECRET: 'secret' },
  },
}

const commandsOf = (page: string): Block[] => blocksOf(page).filter(({ language }) => language === 'sh')

const startsAs = (starts: object, { lines }: Block): string | undefined =>
  Object.keys(starts).find((start) => lines.startsWith(start))

const isLeftOut = (block: Block): boolean => startsAs(leftOut[block.page] ?? {}, block) !== undefined

test('17.8 every command that a page shows is run, or stands in a list with the reason why it is not', () => {
  const blocks = pages.flatMap(commandsOf)
  const tour = tourOf('README.md')
  const isRun = ({ page, lines }: Block) => page in recipes || (page === 'README.md' && tour.includes(lines))
  expect(blocks.filter((block) => !isRun(block) && !isLeftOut(block))).toEqual([])
  for (const [page, starts] of Object.entries(leftOut))
    for (const start of Object.keys(starts))
      expect(commandsOf(page).map(({ lines }) => lines.slice(0, start.length))).toContain(start)
  for (const page of Object.keys(recipes)) expect(commandsOf(page)).not.toEqual([])
})

test('17.8 every block of a page says what language it is in', () => {
  const unnamed = pages
    .flatMap((page) => [page, inChinese(page)])
    .filter(existsSync)
    .flatMap(blocksOf)
  expect(unnamed.filter(({ language }) => language === '')).toEqual([])
})

test('17.8 commands are pasted without comments, which zsh takes for words of the command', () => {
  const lists = ['CONTRIBUTING.md', 'docs/performance.md']
  const blocks = pages
    .filter((page) => !lists.includes(page))
    .flatMap((page) => [page, inChinese(page)])
    .filter(existsSync)
    .flatMap(commandsOf)
  expect(blocks.filter(({ lines }) => /^#|\s#\s/m.test(lines))).toEqual([])
})

test('17.8 pages have the same code in both languages, and lead to each other', () => {
  const code = (page: string) =>
    blocksOf(page)
      .filter(({ language }) => !['json', 'mermaid'].includes(language))
      .map(({ lines }) => lines.replace(/"(name|description)": "[^"]*"/g, '').replace(/\s+#\s.*$/gm, ''))
  for (const page of pages.filter((each) => existsSync(inChinese(each)))) {
    expect({ page, code: code(inChinese(page)) }).toEqual({ page, code: code(page) })
    if (page === 'guide/index.md') continue
    const [name = ''] = page.split('/').slice(-1)
    expect(readFileSync(page, 'utf8').slice(0, 200)).toContain(`[简体中文](${inChinese(name)})`)
    expect(readFileSync(inChinese(page), 'utf8').slice(0, 200)).toContain(`[English](${name})`)
  }
})

const { dir, remove } = aDirectory()
afterAll(remove)

/** A zone in which it is noon: what the pages call by the date bears one name in all of a run. */
const noon = `NOON${new Date().getUTCHours() - 12}`

/** Pastes commands into a shell in an empty directory; `run` is how the command line is run. */
function pasted(lines: string, run: string, env: Record<string, string> = {}) {
  const chatroomd = `${run} '${process.execPath}' '${resolve('src/main.ts')}' "$@"`
  return Bun.spawn(['bash', '-eu', '-c', `chatroomd() { ${chatroomd}; }\n${lines}`], {
    cwd: dir,
    env: { PATH: process.env.PATH ?? '', HOME: dir, TZ: noon, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
}

/** What the pages name, as it is here: addresses, and what the hosted service gives to an app. */
function replacing(server: Served, hosted: Served, receiver: number, endpoint: number) {
  const here: Readonly<Record<string, string>> = {
    'http://127.0.0.1:9001': `http://127.0.0.1:${receiver}`,
    'listen(9001': `listen(${receiver}`,
    'http://127.0.0.1:9002': `http://127.0.0.1:${endpoint}`,
    'listen(9002': `listen(${endpoint}`,
    'http://127.0.0.1:8080': server.url,
    'https://chat.example.com/acme': `${server.url}/acme`,
    'https://chat.example.com/health': `${server.url}/health`,
    'https://chat.example.com/websocket': `${server.url}/websocket || test $? = 28`,
    'https://a1.easemob.com': hosted.url,
    'YXA6…': 'id',
    'SECRET=…': 'SECRET=secret',
    '--diff\n': '--diff || test $? = 1\n',
    '--port 9000': '--port 0',
  }
  return (lines: string) =>
    Object.entries(here).reduce((text, [shown, is]) => text.replaceAll(shown, is), lines)
}

/** A server as the hosted service, with a user and a chat room. */
async function aHostedService(): Promise<Served> {
  const served = await serves({ cwd: dir, env: { ...appsSetting, CHATROOMD_DATA_DIR: 'hosted' } })
  const { call } = await callsOn(served.url)
  await call('POST', '/users', { username: 'alice', password: 'alice-1' })
  await call('POST', '/chatrooms', { name: 'night owls', description: 'late talk', owner: 'alice' })
  return served
}

/** Runs a block until it has come as far as it does by itself, and stops it as Ctrl-C does. */
async function runUntilStopped(block: Block, here: (lines: string) => string): Promise<void> {
  const { prints = '', env } = untilStopped[startsAs(untilStopped, block) ?? ''] ?? {}
  const shell = pasted(here(block.lines), 'exec', env)
  const complaints = new Response(shell.stderr).text()
  let output = ''
  for await (const part of shell.stdout) {
    const had = output.includes(prints)
    output += Buffer.from(part).toString()
    if (!had && output.includes(prints)) shell.kill('SIGINT')
  }
  expect({ complaints: await complaints, exit: await shell.exited }).toEqual({ complaints: '', exit: 0 })
  expect(output).toContain(prints)
}

test('17.8 what the guide shows works when pasted, from its first page to its last', async () => {
  const env = { CHATROOMD_DEMO: 'true', CHATROOMD_CALLBACK_NETWORKS: '127.0.0.1' }
  const [server, hosted] = await Promise.all([serves({ cwd: dir, env }), aHostedService()])
  const here = replacing(server, hosted, await freePort(), await freePort())
  const blocks = Object.keys(recipes)
    .flatMap(commandsOf)
    .filter((block) => !isLeftOut(block))
  const [goingOn, others] = [true, false].map((is) =>
    blocks.filter((block) => (startsAs(untilStopped, block) !== undefined) === is),
  ) as [Block[], Block[]]
  const shell = pasted(others.map(({ page, lines }) => `echo '=== ${page}'\n${here(lines)}`).join('\n'), '')
  const [output, complaints] = await Promise.all([
    new Response(shell.stdout).text(),
    new Response(shell.stderr).text(),
  ])
  const where = output.split('\n').findLast((line) => line.startsWith('=== '))
  expect({ where, complaints, exit: await shell.exited }).toEqual({ where, complaints: '', exit: 0 })
  expect(output.split('\n').filter((line) => line.includes('"error"'))).toEqual([])
  for (const [page, prints] of Object.entries(recipes)) {
    const printed = output
      .split(/^(?==== )/m)
      .filter((part) => part.startsWith(`=== ${page}\n`))
      .join('')
    for (const text of prints) expect(printed).toMatch(text)
  }
  await Promise.all(goingOn.map((block) => runUntilStopped(block, here)))
  expect(await Promise.all([server.end('SIGINT'), hosted.end('SIGINT')])).toEqual([0, 0])
})
