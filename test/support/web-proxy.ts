import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { listens } from './ports.ts'
import { until } from './until.ts'

/** Programs that stand before the server on the internet. */
export type ProxyProgram = 'nginx' | 'caddy' | 'haproxy'

/** A certificate for localhost, its own authority, in a directory of its own. */
export interface Certificate {
  dir: string
  cert: string
  key: string
  /** Both in one file. */
  pem: string
  ca: string
  remove(): void
}

export function aCertificate(): Certificate {
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-proxy-'))
  const [cert, key, pem] = ['cert.pem', 'key.pem', 'both.pem'].map((name) => join(dir, name)) as [
    string,
    string,
    string,
  ]
  const names = 'subjectAltName=DNS:localhost,IP:127.0.0.1'
  const { success, stderr } = Bun.spawnSync([
    ...'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'.split(' '),
    ...['-subj', '/CN=localhost', '-addext', names, '-keyout', key, '-out', cert],
  ])
  if (!success) throw new Error(`openssl: ${stderr}`)
  const ca = readFileSync(cert, 'utf8')
  writeFileSync(pem, ca + readFileSync(key, 'utf8'))
  return { dir, cert, key, pem, ca, remove: () => rmSync(dir, { recursive: true, force: true }) }
}

/** What an operator's machine has around the block that a page shows. */
const around: Record<ProxyProgram, (block: string, dir: string) => string> = {
  // Its workers write to this directory, which is nobody else's.
  nginx: (
    block,
    dir,
  ) => `${process.getuid?.() === 0 ? 'user root;' : ''} daemon off; pid ${dir}/nginx.pid; error_log stderr; worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${dir}/${name};`).join(' ')}
  ${block}
}
`,
  caddy: (block, dir) => `{
  admin off
  auto_https disable_redirects
  default_bind 127.0.0.1
  storage file_system ${dir}/caddy
}
${block}`,
  haproxy: (block) => `global
    maxconn 256
${block}`,
}

const commands: Record<ProxyProgram, (config: string, dir: string) => string[]> = {
  nginx: (config, dir) => ['nginx', '-p', dir, '-c', config, '-e', 'stderr'],
  caddy: (config) => ['caddy', 'run', '--adapter', 'caddyfile', '--config', config],
  haproxy: (config) => ['haproxy', '-f', config],
}

/** Caddy 2.6, which Debian has, calls it so. */
function keptBodies(): string {
  const version = Bun.spawnSync(['caddy', 'version']).stdout.toString().replace(/^v/, '').split(' ')[0] ?? ''
  return Bun.semver.satisfies(version, '<2.7') ? 'buffer_requests' : 'request_buffers 64KiB'
}

/** `deploy/Caddyfile` with a port and a certificate of this machine, before nodes at these addresses. */
export function deployedCaddyfile(here: {
  port: number
  certificate: Certificate
  one: string
  two: string
}): string {
  const { cert, key } = here.certificate
  return readFileSync(join(import.meta.dir, '../../deploy/Caddyfile'), 'utf8')
    .replace('{$CHAT_HOST} {', `https://localhost:${here.port} {\ntls ${cert} ${key}`)
    .replace('one:8080', here.one)
    .replace('two:8080', here.two)
    .replace('request_buffers 64KiB', keptBodies())
}

/** Starts a program with a block of its configuration, which listens on this port; resolves to how it is ended. */
export async function startWebProxy(program: ProxyProgram, block: string, port: number) {
  const dir = mkdtempSync(join(tmpdir(), `chatroomd-${program}-`))
  const config = join(dir, 'config')
  writeFileSync(config, around[program](block, dir))
  const child = Bun.spawn(commands[program](config, dir), {
    env: { PATH: process.env.PATH ?? '', HOME: dir },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  const reading = (async () => {
    for await (const part of child.stderr) said += Buffer.from(part)
  })()
  await until(async () => child.exitCode !== null || (await listens(port)))
  if (child.exitCode !== null) {
    await reading
    throw new Error(`${program} did not start:\n${said}`)
  }
  return {
    async stop() {
      child.kill('SIGTERM')
      await child.exited
      rmSync(dir, { recursive: true, force: true })
    },
  }
}
