import { Type as t } from '@sinclair/typebox'
import type { AppRecord } from '../apps/app.ts'
import { limits } from '../limits.ts'
import type { AuditRow } from '../store/audit.ts'
import { forServer } from './access.ts'
import { openCursor, sealCursor } from './cursor.ts'
import type { Deps } from './deps.ts'
import { type Call, success } from './envelope.ts'
import { badCursor, badLimit, cursorParameter, limitOf, limitParameter, queryOf } from './paging.ts'
import { enveloped, milliseconds, replies } from './replies.ts'

const page = { default: 10, most: limits.auditPage.value }

const AuditReply = enveloped({
  data: t.Array(
    t.Object(
      {
        timestamp: milliseconds('Unix ms.'),
        chatroomid: t.String({
          description: 'Empty for a change of the app or its users.',
          examples: ['248710559375361'],
        }),
        operator: t.String({ description: 'User id; `@ppAdmin` for an app token.', examples: ['@ppAdmin'] }),
        operation: t.String({ examples: ['muteMembers'] }),
        changes: t.Array(t.Object({ type: t.String() }, { additionalProperties: true }), {
          examples: [[{ type: 'member.muted', usernames: ['bob'], expires: 1767312000000 }]],
        }),
      },
      { additionalProperties: false },
    ),
  ),
  count: true,
  cursor: true,
  params: true,
})

const shown = ({ at, room, operator, operation, changes }: AuditRow): string =>
  `{"timestamp":${Math.floor(at / 1000)},"chatroomid":${JSON.stringify(room)},"operator":"${operator || '@ppAdmin'}",` +
  `"operation":"${operation}","changes":${changes}}`

function positionOf(place: string | undefined): Pick<AuditRow, 'at' | 'room'> | undefined {
  if (place === undefined) return undefined
  const [at = '', room = ''] = place.split(':')
  return { at: Number(at), room }
}

/** Who changed what in which room, and when: for the app alone. */
export const auditRoutes = (deps: Deps) => {
  async function list(app: AppRecord, call: Call, request: Request, room?: string): Promise<Response> {
    const query = queryOf(request)
    const limit = limitOf(query, page)
    const name = `audit:${room ?? ''}`
    const position = positionOf(openCursor(app, name, query.get('cursor')))
    const found = await deps.store.audit.listAudit(app.id, limit + 1, room, position)
    const rows = found.slice(0, limit)
    const last = rows.at(-1)
    const cursor = found.length > limit && last ? sealCursor(app, name, `${last.at}:${last.room}`) : undefined
    return success(call, `[${rows.map(shown).join(',')}]`, { params: query, count: rows.length, cursor })
  }

  const parameters = [limitParameter(page), cursorParameter]
  const tags = ['Audit trail']
  return forServer(deps)
    .get('/audit', ({ app, call, request }) => list(app, call, request), {
      detail: {
        operationId: 'listAudit',
        summary: 'Who changed what in the app, the latest first',
        description: 'Kept for as many days as the setting `auditDays` of the app says.',
        tags,
        parameters,
        ...replies(AuditReply, [badLimit, badCursor]),
      },
    })
    .get('/chatrooms/:id/audit', ({ app, call, params, request }) => list(app, call, request, params.id), {
      detail: {
        operationId: 'listRoomAudit',
        summary: 'Who changed what in a chat room, the latest first',
        description: 'Also of a room that was dissolved.',
        tags,
        parameters,
        ...replies(AuditReply, [badLimit, badCursor]),
      },
    })
}
