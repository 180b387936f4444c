import type { Tracer } from '../domain/tracing.ts'
import type { Database } from './database.ts'

const systems = { sqlite: 'sqlite', postgres: 'postgresql' }

/** A database whose statements are spans. Their texts hold no values. */
export function traced(db: Database, tracer: Tracer | undefined): Database {
  if (!tracer) return db
  const span = <Outcome>(sql: string, work: () => Outcome): Outcome => {
    const name = /^\s*(\w+)/.exec(sql)?.[1]?.toLowerCase() ?? 'sql'
    const about = { 'db.system.name': systems[db.dialect], 'db.query.text': sql, 'db.operation.name': name }
    return tracer.part('client', name, about, work)
  }
  return {
    dialect: db.dialect,
    get: (sql, ...params) => span(sql, () => db.get(sql, ...params)),
    all: (sql, ...params) => span(sql, () => db.all(sql, ...params)),
    run: (sql, ...params) => span(sql, () => db.run(sql, ...params)),
  }
}
