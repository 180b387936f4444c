import { afterAll, expect, test } from 'bun:test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pkg from '../../package.json' with { type: 'json' }
import { aDirectory, chatroomd } from '../support/process.ts'

const chart = join(import.meta.dir, '../../deploy/helm/chatroomd')
const { dir, remove } = aDirectory()
afterAll(remove)

test('17.2 the chart has the version of the server, and the server accepts its settings', async () => {
  const read = (name: string) =>
    Bun.YAML.parse(readFileSync(join(chart, name), 'utf8')) as Record<string, unknown>
  const { version, appVersion } = read('Chart.yaml')
  expect([version, appVersion]).toEqual([pkg.version, pkg.version])
  const { settings, secretKeys } = read('values.yaml') as {
    settings: Record<string, string>
    secretKeys: string[]
  }
  writeFileSync(join(dir, 'secret'), 'acme#lounge:id:secret')
  const env: Record<string, string> = { CHATROOMD_DATA_DIR: '/data' }
  for (const [name, value] of Object.entries(settings)) env[`CHATROOMD_${name.toUpperCase()}`] = value
  for (const name of secretKeys) env[`CHATROOMD_${name.toUpperCase()}_FILE`] = join(dir, 'secret')
  const { err, code } = await chatroomd(['serve', '--check'], { cwd: dir, env })
  expect({ err, code }).toEqual({ err: '', code: 0 })
}, 30_000)

type Labels = Record<string, string>

interface Port {
  name: string
  port?: number
  targetPort?: string
}

interface PodSpec {
  enableServiceLinks?: boolean
  containers: { ports?: Port[] }[]
}

/** What the templates make, as far as one object names another. */
interface Made {
  kind: string
  metadata: { name: string; labels: Labels }
  spec: PodSpec & {
    selector: Labels & { matchLabels: Labels }
    template: { metadata: { labels: Labels }; spec: PodSpec }
    ports: Port[]
    endpoints: { port: string }[]
    scaleTargetRef: { name: string }
    rules: { backendRefs?: { name: string; port: number }[]; http?: { paths: { backend: Backend }[] } }[]
  }
}

interface Backend {
  service: { name: string; port: { name: string } }
}

const helm = Bun.which('helm')
if (!helm) console.log('17.2 the templates of the chart were not rendered: helm is not installed')

/** The manifest of a release; undefined where the chart refuses these values. */
function manifest(release: string, ...set: string[]): string | undefined {
  const values = set.map((each) => `--set=${each}`)
  const command = [helm as string, 'template', release, chart, '--kube-version=1.31.0', ...values]
  const { stdout, success } = Bun.spawnSync(command)
  return success ? stdout.toString() : undefined
}

const read = (text: string | undefined): Made[] | undefined =>
  text?.split('\n---\n').map((each) => Bun.YAML.parse(each) as Made)

const routes = ['ingress.enabled=true', 'httpRoute.enabled=true', 'serviceMonitor.enabled=true']
const releases: Record<string, string[]> = {
  embedded: ['secrets.apps=a', ...routes],
  postgres: ['store=postgres', 'secrets.database_url=u', 'autoscaling.enabled=true', ...routes],
}

test.skipIf(!helm)(
  '17.2 the chart renders for both stores, and refuses several pods on the embedded one',
  () => {
    const kinds = (...set: string[]) => read(manifest('x', ...set))?.map(({ kind }) => kind)
    expect(kinds('secrets.apps=a')).toContain('StatefulSet')
    expect(kinds(...(releases.postgres as string[]))).toEqual(
      expect.arrayContaining([
        'Deployment',
        'PodDisruptionBudget',
        'HorizontalPodAutoscaler',
        'Ingress',
        'HTTPRoute',
        'ServiceMonitor',
        'Pod',
      ]),
    )
    expect(kinds('replicas=2')).toBeUndefined()
    expect(kinds('store=postgres')).toBeUndefined()
  },
)

const holds = (labels: Labels, wanted: Labels) =>
  Object.entries(wanted).every(([name, value]) => labels[name] === value)

for (const [store, values] of Object.entries(releases))
  test.skipIf(!helm)(`17.2 what the objects of the chart name is there, on the store ${store}`, () => {
    const all = read(manifest('chatroomd', ...values)) ?? []
    const of = (kind: string) => all.filter((each) => each.kind === kind)
    const [servers] = [...of('StatefulSet'), ...of('Deployment')] as [Made]
    const { metadata, spec: podSpec } = servers.spec.template
    const ports = podSpec.containers.flatMap((container) => container.ports ?? []).map(({ name }) => name)
    const services = of('Service') as [Made, Made]
    expect(services).toHaveLength(2)
    for (const { spec } of services) {
      expect(holds(metadata.labels, spec.selector)).toBe(true)
      for (const { targetPort } of spec.ports) expect(ports).toContain(targetPort as string)
    }
    const [monitor] = of('ServiceMonitor')
    const watched = services.filter((each) =>
      holds(each.metadata.labels, monitor?.spec.selector.matchLabels as Labels),
    )
    expect(watched.map(({ spec }) => spec.ports[0]?.name)).toEqual([monitor?.spec.endpoints[0]?.port])
    const [main] = services
    const backend = of('Ingress')[0]?.spec.rules[0]?.http?.paths[0]?.backend.service
    expect([backend?.name, backend?.port.name]).toEqual([main.metadata.name, main.spec.ports[0]?.name])
    expect<unknown>(of('HTTPRoute')[0]?.spec.rules[0]?.backendRefs).toEqual([
      { name: main.metadata.name, port: main.spec.ports[0]?.port },
    ])
    for (const { spec } of of('HorizontalPodAutoscaler'))
      expect(spec.scaleTargetRef.name).toBe(servers.metadata.name)
    // The pod of "helm test" is no server: neither the service nor the disruption budget counts it.
    const [tester] = of('Pod')
    for (const { spec } of [...services, ...of('PodDisruptionBudget')])
      expect(holds(tester?.metadata.labels as Labels, spec.selector.matchLabels ?? spec.selector)).toBe(false)
    // CHATROOMD_PORT is a setting; of a service named chatroomd, Kubernetes would make it tcp://….
    for (const spec of [podSpec, tester?.spec]) expect(spec?.enableServiceLinks).toBe(false)
  })

const validator = Bun.which('kubernetes-validate')
if (!validator)
  console.log('17.2 the chart was not compared with the schemas of Kubernetes: npm run test:chart does')
test.skipIf(!helm || !validator)(
  '17.2 the schemas of Kubernetes know every field of the chart',
  () => {
    for (const [store, values] of Object.entries(releases))
      for (const version of ['1.29', '1.37']) {
        const file = join(dir, `${store}.yaml`)
        writeFileSync(file, manifest('chatroomd', ...values) ?? '')
        const { stdout, stderr, exitCode } = Bun.spawnSync(
          [validator as string, '--strict', '-k', version, file],
          { stderr: 'pipe' },
        )
        const said = `${stdout}${stderr}`
        expect([exitCode, said]).toEqual([0, expect.stringContaining('passed for resource ingress') as never])
        const unknown = [...said.matchAll(/find schema for kind (\w+)/g)].map(([, kind]) => kind)
        expect(unknown.sort()).toEqual(['HTTPRoute', 'ServiceMonitor'])
      }
  },
  60_000,
)
