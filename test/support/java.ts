import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const pom = 'test/java/pom.xml'
const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1'

/** The class path of the Java server SDK, fetched by Maven, or why there is none here. */
export function javaSdk(): { classPath: string } | { missing: string } {
  for (const tool of ['javac', 'mvn']) {
    if (!Bun.which(tool))
      return { missing: `${tool} is not installed: apt-get install default-jdk-headless maven` }
  }
  const dir = mkdtempSync(join(tmpdir(), 'chatroomd-'))
  try {
    const file = join(dir, 'class-path')
    const goal = [`${plugin}:build-classpath`, `-Dmdep.outputFile=${file}`]
    const { exitCode, stdout } = Bun.spawnSync(['mvn', '-q', '-B', '-f', pom, ...goal], { timeout: 120_000 })
    if (exitCode !== 0) return { missing: `Maven does not fetch the SDK: ${stdout.toString().slice(0, 500)}` }
    return { classPath: readFileSync(file, 'utf8') }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** Runs a Java source file; returns what it printed. Fails with its errors when it does not end well. */
export async function runJava(classPath: string, file: string, args: string[]): Promise<string> {
  const java = ['java', '-XX:TieredStopAtLevel=1', '-cp', classPath, file, ...args]
  const child = Bun.spawn(java, { stdout: 'pipe', stderr: 'pipe' })
  const [out, errors, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ])
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${errors}\n${out}`)
  return out
}
