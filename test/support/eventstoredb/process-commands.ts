import { z } from 'zod';

const node = z.number().int().nonnegative().default(0);

/** What a server in a process of its own can be told. `node` counts from 0; a single server is node 0. */
export const processCommand = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('freeze'), node }),
  z.object({ kind: z.literal('thaw'), node }),
  z.object({ kind: z.literal('drop-connections'), node }),
  z.object({ kind: z.literal('end-subscriptions'), node }),
  z.object({ kind: z.literal('drop-subscriptions'), node }),
  z.object({ kind: z.literal('end-calls'), node }),
  z.object({ kind: z.literal('set-ready'), node, ready: z.boolean() }),
  z.object({ kind: z.literal('delay-answers'), node, milliseconds: z.number().nonnegative() }),
  z.object({
    kind: z.literal('decree'),
    node,
    count: z.number().int().positive().default(1),
    fate: z.object({
      written: z.boolean(),
      answer: z.enum(['connection-lost', 'silence', 'timeout', 'access-denied']),
    }),
  }),
  z.object({ kind: z.literal('stop'), node }),
  z.object({ kind: z.literal('start-again'), node, emptied: z.boolean().default(false) }),
  z.object({ kind: z.literal('kill-leader') }),
  z.object({ kind: z.literal('freeze-leader') }),
  z.object({ kind: z.literal('notice-death') }),
  z.object({ kind: z.literal('elect'), node: z.number().int().nonnegative().optional() }),
  z.object({ kind: z.literal('fail-over'), unnoticed: z.number(), election: z.number() }),
  z.object({ kind: z.literal('revive'), node }),
  z.object({ kind: z.literal('state') }),
]);

export type ProcessCommand = z.input<typeof processCommand>;

/** What the process says of itself after every command. */
export const processState = z.object({
  connectionString: z.string(),
  /** The node that leads, -1 while none does. */
  leader: z.number().int(),
  /** Records in the log. */
  records: z.number().int(),
  /** Open connections by node. */
  connections: z.array(z.number().int()),
});

export type ProcessState = z.infer<typeof processState>;

/** How it is started, as JSON in its first argument. */
export const processOptions = z.object({
  nodes: z.number().int().positive(),
  liveBuffer: z.number().int().positive().optional(),
});

export const processRequest = z.object({ id: z.number().int(), command: processCommand });

export const processReply = z.union([
  z.object({ id: z.number().int(), state: processState }),
  z.object({ id: z.number().int(), error: z.string() }),
]);
