import { afterAll, beforeAll, expect, setDefaultTimeout, test } from 'bun:test'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { noBookworm, type Root } from '../support/bookworm.ts'
import {
  copyContext,
  type Instruction,
  isInContext,
  readDockerfile,
  stagesOf,
} from '../support/dockerfile.ts'
import { runStage } from '../support/image-stage.ts'
import { aDirectory } from '../support/process.ts'

setDefaultTimeout(process.env.TEST_IMAGE ? 900_000 : 60_000)

const root = join(import.meta.dir, '../..')
const file = join(root, 'deploy/Dockerfile')
const { instructions, ignored } = readDockerfile(file)
const [building = [], serving = []] = stagesOf(instructions)
const rest = (word: string, stage: Instruction[] = serving): string =>
  stage.find((each) => each.word === word)?.rest ?? ''
const { dir, remove } = aDirectory()
const context = join(dir, 'context')
/** The build as the Dockerfile has it takes minutes: a Debian, all packages, the console, the guide. */
const reason = process.env.TEST_IMAGE ? noBookworm() : 'npm run test:image does'
if (reason) console.log(`17.2 the lines of the Dockerfile were not carried out one by one: ${reason}`)
let stage: Root | undefined

beforeAll(() => {
  copyContext(root, ignored, context)
  if (!reason) stage = runStage(building, context)
  symlinkSync(join(root, 'node_modules'), join(context, 'node_modules'))
})
afterAll(() => {
  stage?.remove()
  remove()
})

test('17.2 the context of the image has what its lines copy, and what is built in it', () => {
  for (const { flags, rest } of building.filter(({ word }) => word === 'COPY')) {
    if (flags.from) continue
    for (const path of rest.split(' ').slice(0, -1))
      expect([path, existsSync(join(context, path))]).toEqual([path, true])
  }
  for (const [, path = ''] of ignored.matchAll(/^!([^*\n]+)$/gm))
    expect([path, existsSync(join(context, path))]).toEqual([path, true])
  // The pages of the guide are put together from all that they show.
  const assembling = "import { assemble } from './guide/assemble.ts'; assemble()"
  const made = Bun.spawnSync([process.execPath, '-e', assembling], { cwd: context, stderr: 'pipe' })
  expect([made.exitCode, made.stderr.toString()]).toEqual([0, ''])
  const page = readFileSync(join(context, 'guide/.src/production.md'), 'utf8')
  expect(page).toContain('href="/docs/guide/deploy/chatroomd.service"')
  for (const name of ['deploy/chatroomd.service', 'images'])
    expect([name, existsSync(join(context, 'guide/.src/public', name))]).toEqual([name, true])
})

test('17.2 neither secrets nor what was built on the machine goes into the image', () => {
  for (const path of [
    'deploy/secrets/apps',
    'console/dist/index.html',
    'guide/dist/index.html',
    'client/node_modules/x/index.js',
    'node_modules/bun/package.json',
    'data/chatroomd.db',
    '.git/config',
  ])
    expect([path, isInContext(ignored, path)]).toEqual([path, false])
})

test('17.2 the program is built in that context alone, without git, and says which commit it is told', () => {
  mkdirSync(join(context, 'dist'), { recursive: true })
  const built = Bun.spawnSync([process.execPath, 'scripts/build.ts', 'dist/chatroomd'], {
    cwd: context,
    env: { PATH: '', BUILD_COMMIT: 'abc1234' },
    stderr: 'pipe',
  })
  expect([built.exitCode, built.stderr.toString()]).toEqual([0, expect.not.stringContaining('error:')])
  expect(readdirSync(join(context, 'dist'))).toEqual(['chatroomd'])
  const { stdout } = Bun.spawnSync([join(context, 'dist/chatroomd'), '--version'])
  expect(stdout.toString()).toContain('(commit abc1234, ')
})

const canChangeRoot =
  process.platform === 'linux' &&
  Bun.spawnSync(['unshare', '--mount', '/usr/sbin/chroot', '/', 'true']).success
if (!canChangeRoot)
  console.warn('17.2 the built file was not run in a root of its own: only root on Linux can')
/** Gives a root the /proc and /dev that a container has, and writes nowhere but in /data, for the server alone, which is nobody there. */
const contained = `mount --bind "$0" "$0" && mount --bind "$0/data" "$0/data" && mount -o remount,bind,ro "$0" &&
mount --bind /proc "$0/proc" && mount --bind /dev "$0/dev" && ! touch "$0/written" 2>&- &&
exec /usr/sbin/chroot --userspec=65532:65532 "$0" "$@"`

/** What the Dockerfile sets, and compose.yml for its service. */
function settingsOfImage(): Record<string, string> {
  const { services } = Bun.YAML.parse(readFileSync(join(root, 'deploy/compose.yml'), 'utf8')) as {
    services: { chatroomd: { environment: Record<string, string> } }
  }
  return {
    ...Object.fromEntries(
      rest('ENV')
        .split(' ')
        .map((each) => each.split('=') as [string, string]),
    ),
    ...services.chatroomd.environment,
    // Not on all addresses of this machine.
    CHATROOMD_HOST: '127.0.0.1',
    CHATROOMD_DRAIN_TIME: '0',
    PATH: process.env.PATH ?? '',
  }
}

/** Runs a command of a few words. */
function must(...command: string[]): void {
  const { success, stderr } = Bun.spawnSync(command, { stderr: 'pipe' })
  if (!success) throw new Error(`${command.join(' ')}: ${stderr}`)
}

/** The files of the image: what its lines copy, and of distroless what the program needs. */
function assembleImage(to: string): void {
  const built = stage ? join(stage.dir, 'src') : context
  // The other commands of that line take minutes.
  if (!stage)
    must(
      'sh',
      '-c',
      `cd ${context} && ${rest('RUN', building.toReversed()).split('&&').slice(-2).join('&&')}`,
    )
  for (const { word, flags, rest } of serving) {
    if (word !== 'COPY') continue
    const [from = '', at = ''] = rest.split(' ')
    const source = join(built, from.replace('/src/', ''))
    mkdirSync(dirname(join(to, at)), { recursive: true })
    if (!at.endsWith('/')) must('cp', source, join(to, at))
    else
      for (const name of readdirSync(source)) {
        must('cp', '-a', join(source, name), join(to, at))
        if (flags.chown === 'nonroot:nonroot') must('chown', '-R', '65532:65532', join(to, at, name))
      }
  }
  const binary = join(to, 'usr/local/bin/chatroomd')
  const libraries =
    Bun.spawnSync(['ldd', binary])
      .stdout.toString()
      .match(/\/\S+\.so\S*/g) ?? []
  for (const path of libraries) cpSync(path, join(to, path), { dereference: true })
  for (const name of ['proc', 'dev', 'run/secrets']) mkdirSync(join(to, name), { recursive: true })
  writeFileSync(join(to, 'run/secrets/apps'), 'acme#lounge:id:secret\n')
}

test.skipIf(!canChangeRoot)(
  '17.2 the image serves by its own command and is healthy by its own check, in a read-only root with its files alone',
  async () => {
    const image = join(dir, 'root')
    assembleImage(image)
    const run = (...args: string[]) =>
      Bun.spawn(['unshare', '--mount', 'sh', '-c', contained, image, ...args], {
        env: settingsOfImage(),
        stdout: 'pipe',
        stderr: 'inherit',
      })
    const listed = (text: string): string[] => JSON.parse(text.replace(/^.*CMD /, ''))
    const child = run(
      ...listed(rest('ENTRYPOINT')),
      ...listed(rest('CMD')),
      '--port',
      '0',
      '--drain-time',
      '0',
    )
    const { value } = await child.stdout.getReader().read()
    const [line = ''] = Buffer.from(value ?? '')
      .toString()
      .split('\n')
    const { url } = JSON.parse(line) as { url: string }
    const health = serving.find(({ word }) => word === 'HEALTHCHECK')
    expect(await run(...listed(health?.rest ?? ''), '--port', new URL(url).port).exited).toBe(0)
    const login = { grant_type: 'client_credentials', client_id: 'id', client_secret: 'secret' }
    const token = await fetch(`${url}/acme/lounge/token`, { method: 'POST', body: JSON.stringify(login) })
    expect(token.status).toBe(200)
    if (stage)
      for (const path of ['/console', '/docs/guide/', '/docs'])
        expect([path, (await fetch(url + path)).status]).toEqual([path, 200])
    child.kill('SIGTERM')
    expect(await child.exited).toBe(0)
  },
)

const hadolint = Bun.which('hadolint')
if (!hadolint) console.log('17.2 hadolint did not read the Dockerfile: npm run test:image has it do so')
test.skipIf(!hadolint)('17.2 hadolint finds nothing in the Dockerfile', () => {
  const { exitCode, stdout } = Bun.spawnSync([hadolint as string, file])
  expect([exitCode, stdout.toString()]).toEqual([0, ''])
})
