import { Type as t } from '@sinclair/typebox'
import { Failure } from '../failure.ts'
import { limits } from '../limits.ts'
import { forAnyone, forUpload } from './access.ts'
import type { Deps } from './deps.ts'
import { cors, success } from './envelope.ts'
import { enveloped, replies } from './replies.ts'

/** Largest attachment, in bytes. */
const fileLimit = limits.fileBytes.value
/** What a multipart body has around its file. */
const wrapping = 64 * 1024

const tooLarge = (): Failure => new Failure('request_entity_too_large', 'Request Entity Too Large')
const noFile = (): Failure =>
  new Failure('invalid_parameter', 'the body must be multipart/form-data with a field file')
const gone = (): Failure => new Failure('service_resource_not_found', 'Service resource not found')

/** The field `file` of a multipart body that says how long it is. */
async function fileOf(request: Request): Promise<File> {
  const length = Number(request.headers.get('content-length') ?? Number.POSITIVE_INFINITY)
  if (length > fileLimit + wrapping) throw tooLarge()
  const form = await request.formData().catch(() => {
    throw noFile()
  })
  const file = form.get('file')
  if (!(file instanceof File)) throw noFile()
  if (file.size > fileLimit) throw tooLarge()
  return file
}

const Entity = t.Object(
  {
    uuid: t.String({ description: 'Id of the attachment.' }),
    type: t.Literal('chatfile'),
    'share-secret': t.String({ description: 'Whoever has it may read the attachment.' }),
  },
  { additionalProperties: false },
)

/** Attachments of messages: client SDKs upload a file, and send where it is. */
export const uploadRoutes = (deps: Deps) =>
  forUpload(deps).post(
    '/chatfiles',
    async ({ app, call, request }) => {
      const kept = await deps.attachments.add(app.id, await fileOf(request))
      if (!kept) throw new Failure('exceed_limit', 'there is no space for attachments left')
      const { uuid, secret } = kept
      return success(call, undefined, { entities: [{ uuid, type: 'chatfile', 'share-secret': secret }] })
    },
    {
      detail: {
        operationId: 'uploadAttachment',
        summary: 'Upload an attachment of a message',
        tags: ['Messages'],
        ...replies(enveloped({ entities: Entity }), [
          ['invalid_parameter', 'the body must be multipart/form-data with a field file', 'there is no file'],
          ['request_entity_too_large', 'Request Entity Too Large', 'the file is over 10 MiB'],
          ['exceed_limit', 'there is no space for attachments left', 'the server keeps no more'],
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
        ...replies(t.Unknown({ description: 'The file.' }), [
          [
            'service_resource_not_found',
            'Service resource not found',
            'no attachment has this id and secret',
          ],
        ]),
      },
    },
  )
