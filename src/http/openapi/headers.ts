import { workspacePattern } from '../../vocabulary/names.js';
import { apiVersions } from '../api-versions.js';
import type { ApiHeaderOptions, ApiResponseSchemaHost, OpenAPIObject } from '@nestjs/swagger';

type Parameters = NonNullable<NonNullable<OpenAPIObject['paths'][string]['get']>['parameters']>;

/** Headers of one answer, as the document tells them. */
export type AnswerHeaders = NonNullable<ApiResponseSchemaHost['headers']>;

export const workspaceName = { type: 'string', pattern: workspacePattern.source, maxLength: 63, example: 'team-a' };

/** Which workspace a request is about. */
export const workspaceHeader: ApiHeaderOptions = {
  name: 'X-Blaxel-Workspace',
  description: 'The workspace the request is about. This or `?workspace=` is needed; they must not name two.',
  required: false,
  schema: workspaceName,
};

/** What every request may carry. */
export const commonHeaders: Parameters = [
  {
    name: 'Blaxel-Version',
    in: 'header',
    required: false,
    description: 'The version of the management API that the client speaks.',
    schema: { type: 'string', enum: [...apiVersions] },
  },
  {
    name: 'X-Correlation-Id',
    in: 'header',
    required: false,
    description: 'Ties requests together, in the log and on record. Made here when it is not given.',
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
  },
];

/** What every request that changes something may carry. */
export const changeHeaders: readonly ApiHeaderOptions[] = [
  {
    name: 'Idempotency-Key',
    description:
      'The id of the command, a UUID for example. Sent again with the same key, the request has no second effect and the same answer. Keys belong to their sender.',
    required: false,
    schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,128}$' },
  },
  {
    name: 'X-Tagalong-Reason',
    description: 'Why, for the record: up to 500 characters, percent-encoded.',
    required: false,
    schema: { type: 'string', example: 'security%20fixes' },
  },
  {
    name: 'X-Tagalong-Via',
    description: 'Through which client, for the record. Anything else is recorded as `http`.',
    required: false,
    schema: { type: 'string', enum: ['cli', 'console'] },
  },
];

export const ifNoneMatchHeader: ApiHeaderOptions = {
  name: 'If-None-Match',
  description: 'The ETag of the answer that the caller has: when it still holds, the answer is 304 without a body.',
  required: false,
  schema: { type: 'string' },
};

/** Tells a later reader what to wait for. */
export const positionHeader: AnswerHeaders = {
  'X-Tagalong-Position': {
    description:
      'Where the change stands. Another reader asks for it with `?minPosition=`. Absent when nothing changed.',
    schema: { type: 'string', example: '0000000000000042' },
  },
};

export const etagHeader: AnswerHeaders = {
  ETag: { description: 'A strong entity tag of the answer.', required: true, schema: { type: 'string' } },
};

export const cursorHeader: AnswerHeaders = {
  'X-Next-Cursor': {
    description: 'Where the next page begins, to be sent as `?cursor=`. The last page has none.',
    schema: { type: 'string' },
  },
};

export const retryAfterHeader: AnswerHeaders = {
  'Retry-After': { description: 'Seconds to wait.', required: true, schema: { type: 'string', pattern: '^\\d+$' } },
};

/** Clients that retry every 409 by themselves are told that it would not help. */
export const noRetryHeader: AnswerHeaders = {
  'X-Should-Retry': { description: 'It would not help.', required: true, schema: { type: 'string', enum: ['false'] } },
};

export const correlationHeader: AnswerHeaders = {
  'X-Correlation-Id': {
    description: 'As sent with the request, or made here. The log has it.',
    required: true,
    schema: { type: 'string' },
  },
};
