/**
 * Every word that the wire's `error` field can carry, with the status and the opaque `exception`
 * that go with it [errors]; the service of custom attributes adds a number.
 */
export const failures = {
  invalid_parameter: [400, 'com.easemob.group.exception.InvalidParameterException'],
  illegal_argument: [400, 'com.easemob.group.exception.IllegalArgumentException'],
  BAD_REQUEST: [400, 'com.easemob.metadata.exception.BadRequestException'],
  'Bad Request': [400, 'com.easemob.im.exceptions.BadRequestException'],
  'service open exception': [400, 'com.easemob.im.exceptions.ServiceOpenException'],
  'param exception': [400, 'com.easemob.im.exceptions.ParamException'],
  required_property_not_found: [
    400,
    'org.apache.usergrid.persistence.exceptions.RequiredPropertyNotFoundException',
  ],
  message_send_error: [400, 'MessageSendException'],
  message_recall_error: [400, 'MessageRecallException'],
  invalid_request_body: [400, 'com.easemob.im.exceptions.InvalidRequestBodyException'],
  invalid_grant: [400, 'org.apache.usergrid.rest.exceptions.InvalidGrantException'],
  duplicate_unique_property_exists: [
    400,
    'org.apache.usergrid.persistence.exceptions.DuplicateUniquePropertyExistsException',
  ],
  unauthorized: [401, 'com.easemob.im.exceptions.EasemobSecurityException'],
  auth_bad_access_token: [401, 'org.apache.usergrid.rest.exceptions.SecurityException'],
  metadata_error: [401, 'com.easemob.metadata.exception.MetadataException'],
  group_authorization: [401, 'com.easemob.group.exception.GroupAuthorizationException'],
  MetadataException: [401, 'com.easemob.metadata.exception.MetadataException', 60_011],
  FORBIDDEN: [403, 'com.easemob.metadata.exception.ForbiddenException'],
  exceed_limit: [403, 'com.easemob.group.exception.ExceedLimitException'],
  exceeded_limit: [403, 'com.easemob.group.exception.ExceedLimitException'],
  forbidden_op: [403, 'com.easemob.group.exception.ForbiddenOpException'],
  group_error: [403, 'com.easemob.group.exception.GroupException'],
  user_channel_error: [403, 'com.easemob.im.exceptions.UserChannelException', 91_101],
  message_rewrite_error: [403, 'com.easemob.im.exceptions.MessageRewriteException'],
  resource_not_found: [404, 'com.easemob.group.exception.ResourceNotFoundException'],
  service_resource_not_found: [404, 'com.easemob.group.exception.ServiceResourceNotFoundException'],
  storage_object_not_found: [404, 'com.easemob.im.exceptions.StorageObjectNotFoundException'],
  entity_not_found: [404, 'org.apache.usergrid.persistence.exceptions.EntityNotFoundException'],
  organization_application_not_found: [
    404,
    'org.apache.usergrid.rest.exceptions.OrganizationApplicationNotFoundException',
  ],
  method_not_allowed: [405, 'javax.ws.rs.NotAllowedException'],
  conflict: [409, 'javax.ws.rs.ClientErrorException'],
  precondition_failed: [412, 'javax.ws.rs.ClientErrorException'],
  request_entity_too_large: [413, 'javax.ws.rs.ClientErrorException'],
  unprocessable_entity: [422, 'javax.ws.rs.ClientErrorException'],
  resource_limited: [429, 'com.easemob.im.exceptions.ResourceLimitedException'],
  reach_limit: [429, 'com.easemob.im.exceptions.ReachLimitException'],
  internal_error: [500, 'java.lang.RuntimeException'],
  service_unavailable: [503, 'javax.ws.rs.ServiceUnavailableException'],
} as const satisfies Record<string, readonly [status: number, exception: string, code?: number]>

export type FailureWord = keyof typeof failures

/** The number that goes with a word. */
export function codeOf(word: FailureWord): number | undefined {
  const [, , code]: readonly [number, string, number?] = failures[word]
  return code
}

/**
 * A rule refused. `word` and `text` are part of the API: they reach the client as `error` and
 * `error_description`. `status` is given only where the reference departs from the word's usual one, `code` where it numbers one text.
 */
export class Failure extends Error {
  override name = 'Failure'
  constructor(
    readonly word: FailureWord,
    readonly text: string,
    readonly status: number = failures[word][0],
    readonly code: number | undefined = codeOf(word),
  ) {
    super(text)
  }
}

/** A call that is refused on purpose, because there is too much to do: no fault of the server, and none for its log. */
export class TooBusy extends Failure {
  constructor(text: string) {
    super('service_unavailable', text)
  }
}
