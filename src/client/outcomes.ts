import { z } from 'zod';
import type { CommandOutcome, Rejected } from './commands.js';
import type { QueryName, QueryOutcome, Queries } from './queries.js';
import type { Reply } from './transports/transport.js';

const rejected = z.object({
  outcome: z.literal('rejected'),
  error: z.string(),
  code: z.number(),
  message: z.string(),
  details: z.array(z.object({ field: z.string(), message: z.string() })).exactOptional(),
});

const done = z.object({
  outcome: z.enum(['accepted', 'already-so']),
  stream: z.string().exactOptional(),
  revision: z.number().exactOptional(),
  position: z.string().exactOptional(),
  result: z.record(z.string(), z.unknown()).exactOptional(),
});

const answered = z.object({
  outcome: z.literal('answered'),
  data: z.unknown(),
  nextCursor: z.string().exactOptional(),
});

const commandReply = z.discriminatedUnion('outcome', [done, rejected]);
const queryReply = z.discriminatedUnion('outcome', [answered, rejected]);

/** Which questions are answered with a list. What a document holds in detail is the service's promise, newer fields included. */
const isList: Readonly<Record<QueryName, boolean>> = {
  ListImages: true,
  GetImage: false,
  ResolveImage: false,
  GetImageUsage: false,
  ListImageShares: true,
  ListPendingShares: true,
  ListDeployments: true,
  GetDeployment: false,
};

/**
 * What became of the command with this id.
 *
 * @throws TypeError when the reply is none to a command
 */
export function commandOutcomeIn(reply: Reply, id: string): CommandOutcome {
  return { ...readable(commandReply, reply), id };
}

/**
 * What became of the question with this id.
 *
 * @throws TypeError when the reply is none to such a question
 */
export function queryOutcomeIn<Name extends QueryName>(name: Name, reply: Reply, id: string): QueryOutcome<Name> {
  const outcome = readable(queryReply, reply);
  if (outcome.outcome === 'rejected') return { ...outcome, id } satisfies Rejected;
  const { data, ...rest } = outcome;
  if (!answers(name, data)) throw new TypeError(`what came back does not answer ${name}`);
  return { ...rest, data };
}

function answers<Name extends QueryName>(name: Name, data: unknown): data is Queries[Name]['data'] {
  return isList[name] ? Array.isArray(data) : typeof data === 'object' && data !== null && !Array.isArray(data);
}

function readable<T>(schema: z.ZodType<T>, reply: Reply): T {
  const parsed = schema.safeParse(reply);
  if (parsed.success) return parsed.data;
  throw new TypeError(`what came back is no answer of this service: ${z.prettifyError(parsed.error)}`);
}
