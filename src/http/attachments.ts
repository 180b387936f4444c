import { Type as t } from '@sinclair/typebox'
import { Failure } from '../failure.ts'
import { refusal } from '../permissions.ts'
import { forAnyone, forApp, forUpload } from './access.ts'
import type { Deps } from './deps.ts'
import { cors, success } from './envelope.ts'
import { receiveFile } from './multipart.ts'
import { enveloped, replies } from './replies.ts'

const gone = (): Failure => new Failure('service_resource_not_found', 'Service resource not found')

const MiB = 1024 * 1024

/** Whether an attachment needs a secret: it does unless the upload says otherwise. */
const isRestricted = ({ headers }: Request): boolean =>
  !['false', '0'].includes(headers.get('restrict-access')?.trim().toLowerCase() ?? '')

const secretHeader = {
  name: 'share-secret',
  in: 'header' as const,
  description:
    'Secret of the attachment; none is needed where it was uploaded with `restrict-access: false`.',
  schema: t.String(),
}

const requestBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        required: ['file'],
        properties: { file: { type: 'string' as const, format: 'binary', description: 'The file.' } },
      },
    },
  },
}

const Entity = t.Object(
  {
    uuid: t.String({ description: 'Id of the attachment.' }),
    type: t.Literal('chatfile'),
    'share-secret': t.Optional(t.String({ description: 'Whoever has it may read the attachment.' })),
  },
  { additionalProperties: false },
)

/** Attachments of messages: client SDKs upload a file, and send where it is. */
export const uploadRoutes = (deps: Deps) =>
  forUpload(deps).post(
    '/chatfiles',
    async ({ app, call, caller, request }) => {
      const { id, settings } = app
      const sender = {
        app: id,
        username: caller.kind === 'user' ? caller.username : undefined,
        appSpace: settings.fileSpace * MiB,
        userSpace: settings.userFileSpace * MiB,
      }
      const { uuid, secret } = await receiveFile(request, (chunks) =>
        deps.attachments.add(sender, chunks, isRestricted(request)),
      )
      const entity = { uuid, type: 'chatfile', ...(secret === undefined ? {} : { 'share-secret': secret }) }
      return success(call, undefined, { entities: [entity] })
    },
    {
      detail: {
        operationId: 'uploadAttachment',
        summary: 'Upload an attachment of a message',
        tags: ['Messages'],
        requestBody,
        parameters: [
          {
            name: 'restrict-access',
            in: 'header' as const,
            description: '`false`: whoever knows the id may read the attachment, without a secret.',
            schema: t.String(),
          },
        ],
        ...replies(enveloped({ entities: Entity }), [
          ['invalid_parameter', 'the body must be multipart/form-data with a field file', 'there is no file'],
          ['invalid_parameter', 'the body did not come whole', 'the connection ended before the body'],
          ['invalid_parameter', 'the body came too slowly', 'slower than 1 KiB a second'],
          ['request_entity_too_large', 'Request Entity Too Large', 'the file is over 10 MiB'],
          [
            'exceed_limit',
            'there is no space for attachments left',
            'the share of the user or the app, or the space of the server, is used up',
          ],
          ['service_unavailable', 'the disk of the server is full', 'nothing is kept; try again later'],
        ]),
      },
    },
  )

/** Whoever has an attachment's secret reads it: pages show it without a token. */
export const downloadRoutes = (deps: Deps) =>
  forAnyone(deps).get(
    '/chatfiles/:uuid',
    async ({ app, params, request }) => {
      const secret =
        request.headers.get('share-secret') ?? new URL(request.url).searchParams.get('share-secret') ?? ''
      const file = await deps.attachments.find(app.id, params.uuid, secret)
      if (!file) throw gone()
      return new Response(file, {
        headers: {
          ...cors,
          'content-type': 'application/octet-stream',
          'content-disposition': 'attachment',
          'x-content-type-options': 'nosniff',
          'cache-control': 'private, max-age=604800, immutable',
        },
      })
    },
    {
      detail: {
        operationId: 'downloadAttachment',
        summary: 'Download an attachment of a message',
        tags: ['Messages'],
        parameters: [secretHeader, { ...secretHeader, in: 'query' as const }],
        ...replies(t.Unknown({ description: 'The file.', contentMediaType: 'application/octet-stream' }), [
          [
            'service_resource_not_found',
            'Service resource not found',
            'no attachment has this id and secret',
          ],
        ]),
      },
    },
  )

/** Who sent an attachment may delete it, and so may the app itself. */
export const removalRoutes = (deps: Deps) =>
  forApp(deps).delete(
    '/chatfiles/:uuid',
    async ({ app, call, caller, params }) => {
      const about = await deps.attachments.about(app.id, params.uuid)
      if (!about) throw gone()
      if (caller.kind === 'user' && !about.sentBy(caller.username)) {
        const { word, text } = refusal('deleteAttachment')
        throw new Failure(word, text)
      }
      await deps.attachments.remove(app.id, params.uuid)
      return success(call, undefined)
    },
    {
      detail: {
        operationId: 'deleteAttachment',
        summary: 'Delete an attachment',
        tags: ['Messages'],
        ...replies(enveloped({}), [
          ['service_resource_not_found', 'Service resource not found', 'no attachment has this id'],
        ]),
      },
    },
  )
