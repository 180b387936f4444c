import { expect, test } from 'bun:test'
import { aDirectory } from '../support/process.ts'

const posts = new URL('../../src/callbacks/guarded-post.ts', import.meta.url).pathname

/** Makes an authority, and certificates by it for some names. */
const certificates = (names: string[]): string => `
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 2
  for name in ${names.join(' ')}; do
    openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout $name.key -out $name.csr -subj /CN=$name
    echo "subjectAltName=DNS:$name" > $name.ext
    openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out $name.pem -days 2 -extfile $name.ext
  done`

/** Posts to names, one after another, that all lead to this machine, where one certificate is shown. */
const script = (shown: string, names: string[]): string => `
  import { guardedPost } from ${JSON.stringify(posts)}
  const tls = { key: Bun.file('${shown}.key'), cert: Bun.file('${shown}.pem') }
  const endpoint = Bun.serve({ port: 0, hostname: '127.0.0.1', tls, fetch: ({ headers }) => new Response(headers.get('host')) })
  const post = guardedPost(() => true, async () => [{ address: '127.0.0.1' }])
  const terms = { timeoutMs: 5000, bytes: 1000 }
  const outcome = async (name) => {
    const url = 'https://' + name + ':' + endpoint.port
    return post(url, '{}', terms).then(({ text }) => text.split(':')[0], ({ code }) => code)
  }
  const outcomes = []
  for (const name of ${JSON.stringify(names)}) outcomes.push(await outcome(name))
  console.log(JSON.stringify(outcomes))
  process.exit()`

test('13.2 an endpoint must show a certificate for its name, by a public authority or one that the operator names', async () => {
  const { dir, remove } = aDirectory()
  try {
    Bun.spawnSync(['sh', '-c', certificates(['chat.example.com'])], { cwd: dir })
    // The third finds an open connection to the same address.
    const names = ['chat.example.com', 'chat.example.com', 'other.example.com', '127.0.0.1']
    await Bun.write(`${dir}/post.ts`, script('chat.example.com', names))
    const outcomes = (env: Record<string, string>) => {
      const run = Bun.spawnSync([process.execPath, 'post.ts'], { cwd: dir, env: { ...process.env, ...env } })
      return JSON.parse(run.stdout.toString())
    }
    const elsewhere = 'ERR_TLS_CERT_ALTNAME_INVALID'
    expect(outcomes({ NODE_EXTRA_CA_CERTS: `${dir}/ca.pem` })).toEqual([
      'chat.example.com',
      'chat.example.com',
      elsewhere,
      elsewhere,
    ])
    expect(outcomes({})).toEqual(names.map(() => 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'))
  } finally {
    remove()
  }
}, 30_000)
