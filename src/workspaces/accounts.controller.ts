import { Body, Controller, Get, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CommandAnswers } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { positionHeader } from '../http/openapi/headers.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { Refusal } from '../http/refusal.js';
import { AccountPathDto, OpenAccountBodyDto, SharingPolicyBodyDto } from './accounts.dto.js';
import { accountJson, accountSchema } from './accounts.view.js';
import type { AccountJson } from './accounts.view.js';
import type { AccessDirectory } from './authorization/access-directory.js';
import { accountRejection } from './domain/account.rejections.js';
import { AccessHandlers } from './handlers/access-handlers.js';

@ApiTags('accounts')
@Controller('v0/accounts')
export class AccountsController {
  constructor(
    private readonly handlers: AccessHandlers,
    private readonly answers: CommandAnswers,
    @Inject(ACCESS_DIRECTORY) private readonly directory: Pick<AccessDirectory, 'account' | 'accounts'>,
  ) {}

  /** Opens an account with the default sharing policy. Opening the same one again changes nothing. */
  @Post()
  @HttpCode(200)
  @Access('operator')
  @ApiOperation({ operationId: 'openAccount', summary: 'Open an account.' })
  @Changes()
  @Answers(200, 'The account.', accountSchema, positionHeader)
  @Refuses(409, 'account-exists')
  async open(
    @Body() { id, name, ownerEmail }: OpenAccountBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountJson> {
    const data = { name, ...(id !== undefined && { accountId: id }), ...(ownerEmail !== undefined && { ownerEmail }) };
    const outcome = await this.handlers.accounts.open(data, requestOf(request));
    await this.answers.visible(reply, outcome);
    return this.#account(outcome.accountId);
  }

  @Get()
  @Access('operator')
  @ApiOperation({ operationId: 'listAccounts', summary: 'List all accounts.' })
  @Answers(200, 'All of them.', z.array(accountSchema))
  async list(): Promise<AccountJson[]> {
    return (await this.directory.accounts()).map(accountJson);
  }

  @Get(':accountId')
  @Access('operator')
  @ApiOperation({ operationId: 'getAccount', summary: 'Get an account.' })
  @Answers(200, 'The account.', accountSchema)
  @Refuses(404, 'account-not-found')
  get(@Param() { accountId }: AccountPathDto): Promise<AccountJson> {
    return this.#account(accountId);
  }

  /** Relaxes or restores the rules of sharing for all workspaces of the account. */
  @Put(':accountId/sharing-policy')
  @Access('operator')
  @ApiOperation({ operationId: 'updateSharingPolicy', summary: 'Change the sharing policy of an account.' })
  @Changes()
  @Answers(200, 'The account with its policy.', accountSchema, positionHeader)
  @Refuses(404, 'account-not-found')
  async changePolicy(
    @Param() { accountId }: AccountPathDto,
    @Body() { targetAdmin, acrossAccounts }: SharingPolicyBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AccountJson> {
    const data = {
      accountId,
      ...(targetAdmin !== undefined && { targetAdmin }),
      ...(acrossAccounts !== undefined && { acrossAccounts }),
    };
    await this.answers.visible(reply, await this.handlers.accounts.changeSharingPolicy(data, requestOf(request)));
    return this.#account(accountId);
  }

  async #account(accountId: string): Promise<AccountJson> {
    const account = await this.directory.account(accountId);
    if (account !== undefined) return accountJson(account);
    throw new Refusal(accountRejection('account-not-found', `There is no account ${accountId}.`));
  }
}
