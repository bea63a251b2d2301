import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../http/access.decorator.js';
import { Answers, Refuses } from '../http/openapi/answers.js';
import { workspaceOrAll } from '../http/request-context.js';
import { sendPieces } from '../http/streamed-answer.js';
import { BillingReader } from './billing-reader.js';
import type { StorageBill } from './billing-reader.js';
import { StorageQueryDto } from './billing.dto.js';
import { storageBillSchema, timeText, workspaceStorageJson } from './billing.view.js';

@ApiTags('billing')
@Controller('v0/billing')
export class BillingController {
  constructor(private readonly reader: BillingReader) {}

  /**
   * Bytes stored now and byte-hours within a period, per workspace and image, exact to the millisecond. Each distinct
   * digest counts once per workspace; the owner pays, and what is shared into a workspace is shown at no cost.
   *
   * An admin sees the own workspace; the operator may leave the workspace out and sees all.
   */
  @Get('storage')
  @Access('admin', { operatorSeesAll: true })
  @ApiOperation({ operationId: 'getStorageBill', summary: 'What is stored, and what it comes to.' })
  @Answers(200, 'The bill.', storageBillSchema)
  @Refuses(400, 'invalid-period', 'series-too-long')
  async storage(
    @Query() query: StorageQueryDto,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const bill = await this.reader.storage(workspaceOrAll(request), query);
    await sendPieces(request, reply, 'application/json; charset=utf-8', (signal) => writtenOut(bill, signal));
  }
}

/** The JSON of a {@link storageBillSchema}, workspace by workspace. */
async function* writtenOut(
  { period, workspaces }: StorageBill,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let before = `{"from":"${timeText(period.from)}","to":"${timeText(period.to)}","workspaces":[`;
  for await (const bill of workspaces) {
    signal.throwIfAborted();
    yield `${before}${JSON.stringify(workspaceStorageJson(bill))}`;
    before = ',';
  }
  yield before === ',' ? ']}' : `${before}]}`;
}
