import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from './packages.ts'

interface Component {
  'bom-ref': string
  name: string
}

/** A list of components, as far as it is changed here. */
interface Bom {
  metadata: { component: Component }
  components: Component[]
  dependencies: { ref: string; dependsOn: string[] }[]
}

interface Lock {
  packages: Record<string, { name?: string; version?: string; dev?: boolean }>
}

const nameOf = (ref: string): string => ref.slice(0, ref.lastIndexOf('@'))

/** npm names the parts of this project after the folders that they happen to lie in. */
const named = (component: Component): Component => ({ ...component, name: nameOf(component['bom-ref']) })

/**
 * What the executables are made of, and what builds their console and guide, as CycloneDX. The lock file tells what is for development
 * only: `npm sbom --omit dev` leaves out whatever a development tool needs too, such as commander.
 */
export function listOfComponents(): string {
  const lock = JSON.parse(readFileSync(join(import.meta.dir, '../package-lock.json'), 'utf8')) as Lock
  const shipped = new Set(
    Object.entries(lock.packages)
      .filter(([, { dev }]) => !dev)
      .map(([path, { name, version }]) => `${name ?? path.replace(/^.*node_modules\//, '')}@${version}`),
  )
  const list = ['npm', 'sbom', '--sbom-format=cyclonedx', '--sbom-type=application', '--legacy-peer-deps']
  const bom = JSON.parse(run(list)) as Bom
  bom.metadata.component = named(bom.metadata.component)
  bom.components = bom.components.filter((each) => shipped.has(each['bom-ref'])).map(named)
  bom.dependencies = bom.dependencies
    .filter(({ ref }) => shipped.has(ref))
    .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => shipped.has(each)) }))
  return `${JSON.stringify(bom, null, 2)}\n`
}
