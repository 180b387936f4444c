import { Type as t } from '@sinclair/typebox'
import { upkeepKinds, upkeepUnknown } from '../../domain/upkeep.ts'
import { loosely } from '../../operations/schemas.ts'
import type { Awaitable } from '../../store/database.ts'
import type { Deps } from '../deps.ts'
import { type ConsoleCalls, callsByRole, reading } from './call.ts'
import { strict } from './headers.ts'

const wanted = reading(loosely({ kind: t.String() }))

/** A body that is read only as fast as it is sent; `end` is called once, when it was sent or is given up. */
const streamOf = (
  chunks: AsyncGenerator<Uint8Array>,
  end: () => Awaitable<void>,
): ReadableStream<Uint8Array> => {
  let isEnded = false
  async function endOnce(): Promise<void> {
    if (isEnded) return
    isEnded = true
    await end()
  }
  return new ReadableStream({
    async pull(controller) {
      try {
        const { value, done } = await chunks.next()
        if (!done && !isEnded) return controller.enqueue(value)
        if (done) controller.close()
      } catch (error) {
        controller.error(error)
      }
      await endOnce()
    },
    async cancel() {
      await endOnce()
      await chunks.return(undefined)
    },
  })
}

/** Backup, export and doctor: for admins, as all of it shows everything that is stored. */
export function upkeepCalls(deps: Deps): ConsoleCalls {
  const { upkeep } = deps
  const forRole = callsByRole(deps)
  return {
    upkeep: {
      GET: forRole('admin', async () => ({ job: await upkeep.job() })),
      POST: forRole('admin', async ({ request, session }) => {
        const { kind: given } = await wanted(request)
        const kind = upkeepKinds.find((each) => each === given)
        if (kind === undefined) throw upkeepUnknown()
        return { job: await upkeep.begin({ operator: session.name, kind }) }
      }),
      DELETE: forRole('admin', async ({ session }) => {
        await upkeep.remove(session.name)
        return { job: await upkeep.job() }
      }),
    },
    'upkeep/file': {
      GET: forRole('admin', async ({ session }) => {
        const copy = await upkeep.open(session.name)
        return new Response(streamOf(upkeep.read(copy), upkeep.close), {
          headers: {
            ...strict,
            'content-type': 'application/octet-stream',
            'content-disposition': `attachment; filename="${copy.file}"`,
            'cache-control': 'no-store',
          },
        })
      }),
    },
  }
}
