import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Position } from '../event-sourcing/position.js';
import type { ReadYourWrites } from '../http/read-your-writes.js';
import { Refusal } from '../http/refusal.js';
import type { CommandAnswer } from './command-definition.js';

/** Turns outcomes of commands into HTTP answers: waits until the change is visible and tells its position. */
@Injectable()
export class CommandAnswers {
  constructor(private readonly readYourWrites: ReadYourWrites) {}

  /** The outcome, visible by now to every reader. @throws Refusal for a rejection */
  async visible<O extends CommandAnswer>(reply: FastifyReply, outcome: O): Promise<Exclude<O, { kind: 'rejected' }>> {
    const done = accepted(outcome);
    await this.passed(reply, done.position);
    return done;
  }

  /** Waits until everything up to the position is visible, and tells the position. */
  async passed(reply: FastifyReply, position: Position | undefined): Promise<void> {
    await this.readYourWrites.passed(position);
    if (position !== undefined) void reply.header('x-tagalong-position', position);
  }
}

/** The outcome when it is not a rejection. @throws Refusal */
export function accepted<O extends CommandAnswer>(outcome: O): Exclude<O, { kind: 'rejected' }> {
  if (outcome.kind === 'rejected') throw new Refusal(outcome.rejection);
  return outcome as Exclude<O, { kind: 'rejected' }>;
}
