import { Controller, Get, HttpCode, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Refuses } from '../http/openapi/answers.js';
import { cursorHeader } from '../http/openapi/headers.js';
import { workspaceOrAll } from '../http/request-context.js';
import { sendJsonLines } from '../http/streamed-answer.js';
import { AuditReader } from './audit-reader.js';
import { parseImageReference } from '../vocabulary/image-reference.js';
import { AuditEventsQueryDto, AuditFilterQueryDto, ReplayQueryDto } from './audit.dto.js';
import { auditEventJson, auditEventSchema, exportLineSchema } from './audit.view.js';
import type { AuditEventJson } from './audit.view.js';
import { replayLineSchema } from './replay.view.js';
import { Replays } from './replays.js';
import type { ReplayMessage } from './replays.js';
import { Verifications } from './verifications.js';
import { verifyLineSchema, verifyMessageJson } from './verify.view.js';

const jsonLines = 'application/x-ndjson';

@ApiTags('audit')
@Controller('v0/audit')
export class AuditController {
  constructor(
    private readonly reader: AuditReader,
    private readonly verifications: Verifications,
    private readonly replays: Replays,
  ) {}

  /**
   * Who did what, when, through what and why: the events in the streams of a workspace, for its admins; the operator
   * may leave the workspace out and sees all.
   *
   * The header X-Next-Cursor tells where the next page begins; the last page has none.
   */
  @Get('events')
  @Access('admin', { operatorSeesAll: true })
  @ApiOperation({ operationId: 'listAuditEvents', summary: 'Search the record.' })
  @Answers(200, 'A page of events.', z.array(auditEventSchema), cursorHeader)
  @Refuses(400, 'invalid-cursor', 'invalid-period')
  async events(
    @Query() query: AuditEventsQueryDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AuditEventJson[]> {
    const { events, nextCursor } = await this.reader.page(workspaceOrAll(request), query);
    if (nextCursor !== undefined) void reply.header('x-next-cursor', nextCursor);
    return events.map(auditEventJson);
  }

  /**
   * The same events, all of them, the oldest first, one JSON document a line: {"kind":"event","event":…}; now and then
   * {"kind":"progress","exported","position","through"}; and at last {"kind":"end","exported"}. An export that does not
   * end with that line is not complete: go on with ?after= the position of its last event.
   */
  @Get('export')
  @Access('admin', { operatorSeesAll: true })
  @ApiOperation({ operationId: 'exportAuditEvents', summary: 'Export the record.' })
  @ApiProduces(jsonLines)
  @Answers(200, 'JSON documents of this shape, one a line.', exportLineSchema)
  @Refuses(400, 'invalid-period')
  async export(
    @Query() query: AuditFilterQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const workspace = workspaceOrAll(request);
    await sendJsonLines(request, reply, (signal) => this.#exported(workspace, query, signal));
  }

  /**
   * Checks every event of the log, replays it into a fresh read model and compares that with the live one, row by row.
   * One JSON document a line: {"kind":"progress",…}, {"kind":"difference","difference":…}, and at last
   * {"kind":"result","ok","events","rows","differences","compared"}. It ends when the client goes away.
   */
  @Post('verify')
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({ operationId: 'verifyAudit', summary: 'Compare the read model with the log.' })
  @ApiProduces(jsonLines)
  @Answers(200, 'JSON documents of this shape, one a line.', verifyLineSchema)
  @Refuses(409, 'verification-running')
  async verify(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await sendJsonLines(request, reply, (signal) => this.#verified(signal));
  }

  /**
   * Builds the state of every workspace from the log alone, up to a time or position, and tells it: what each saw and
   * what ran there. One JSON document a line: {"kind":"progress","events","of"}, {"kind":"image","image":…},
   * {"kind":"deployment","deployment":…}, and at last {"kind":"result","events","through","images","deployments"}.
   * It ends when the client goes away.
   */
  @Post('replay')
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({ operationId: 'replayAudit', summary: 'Build a state of the past from the log.' })
  @ApiProduces(jsonLines)
  @Answers(200, 'JSON documents of this shape, one a line.', replayLineSchema)
  @Refuses(409, 'replay-running')
  async replay(
    @Query() { to, workspace, image }: ReplayQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const filter = { workspace, image: image === undefined ? undefined : parseImageReference(image) };
    await sendJsonLines(request, reply, (signal) => inPages(this.replays.run(filter, to, signal)));
  }

  /** Sends the events of a page together. */
  async *#exported(
    workspace: string | undefined,
    query: AuditFilterQueryDto,
    signal: AbortSignal,
  ): AsyncGenerator<readonly object[], void, undefined> {
    let exported = 0;
    let page: object[] = [];
    for await (const message of this.reader.export(workspace, query, signal)) {
      if (message.kind === 'event') {
        exported += 1;
        page.push({ kind: 'event', event: auditEventJson(message.event) });
      } else {
        yield [...page, message];
        page = [];
      }
    }
    yield [...page, { kind: 'end', exported }];
  }

  async *#verified(signal: AbortSignal): AsyncGenerator<readonly object[], void, undefined> {
    for await (const message of this.verifications.run(signal)) yield [verifyMessageJson(message)];
  }
}

const pageSize = 100;

/** What a replay has built goes out together, its progress at once. */
async function* inPages(
  messages: AsyncIterable<ReplayMessage>,
): AsyncGenerator<readonly ReplayMessage[], void, undefined> {
  let page: ReplayMessage[] = [];
  for await (const message of messages) {
    page.push(message);
    if (message.kind !== 'progress' && message.kind !== 'result' && page.length < pageSize) continue;
    yield page;
    page = [];
  }
}
