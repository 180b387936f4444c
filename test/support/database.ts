import { SQL } from 'bun'

/** A fresh database on the PostgreSQL server of this test run. */
export interface TestDatabase {
  url: string
  remove(): Promise<void>
}

let made = 0

/** A fresh, empty database on the PostgreSQL server that TEST_DATABASE_URL names; undefined without one. */
export async function aDatabase(): Promise<TestDatabase | undefined> {
  const server = process.env.TEST_DATABASE_URL
  if (!server) return undefined
  made += 1
  const name = `test_${process.pid}_${made}`
  const onServer = async (statement: string) => {
    const sql = new SQL(server, { max: 1 })
    await sql.unsafe(statement)
    await sql.close()
  }
  await onServer(`create database ${name}`)
  const url = new URL(server)
  url.pathname = name
  return { url: url.href, remove: () => onServer(`drop database if exists ${name} with (force)`) }
}
