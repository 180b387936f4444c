import type { Tracer } from '../domain/tracing.ts'
import type { Request } from './commit.ts'
import { committing } from './commit.ts'
import type { Engine } from './engine-types.ts'

/** An engine whose writes are spans, from the request to the commit, which others may share. */
export function tracedWrites(engine: Engine, tracer: Tracer | undefined): Engine {
  if (!tracer) return engine
  const run = ({ app, caller, operation, input, terms, isRehearsal }: Request): Promise<unknown> => {
    const write = isRehearsal ? engine.rehearse : engine.commit
    const work = () => write(app, caller, operation, input as never, terms)
    return tracer.part('internal', `commit ${operation.id}`, {}, work)
  }
  return { ...engine, ...committing(run) }
}
