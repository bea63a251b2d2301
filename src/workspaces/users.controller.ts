import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CommandAnswers, accepted } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { Access } from '../http/access.decorator.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { Refusal } from '../http/refusal.js';
import { workspaceOf } from '../http/request-context.js';
import type { AccessDirectory } from './authorization/access-directory.js';
import { serviceAccountPrincipal, userPrincipal } from './domain/principal-name.js';
import { workspaceRejection } from './domain/workspace.rejections.js';
import { AccessHandlers } from './handlers/access-handlers.js';
import { findMember } from './handlers/find-member.js';
import { newcomerOf } from './handlers/new-member.js';
import { AddUserBodyDto, PendingInvitationDto, UserPathDto, UserRoleBodyDto, WorkspaceUserDto } from './users.dto.js';
import { invitationJson, invitedJson, userJson } from './users.view.js';

@ApiTags('users')
@ApiExtraModels(PendingInvitationDto, WorkspaceUserDto)
@Controller('v0/users')
export class UsersController {
  constructor(
    private readonly handlers: AccessHandlers,
    private readonly answers: CommandAnswers,
    @Inject(ACCESS_DIRECTORY)
    private readonly directory: Pick<AccessDirectory, 'members' | 'invitation' | 'invitations'>,
  ) {}

  @Get()
  @Access('member')
  @ApiOperation({ summary: 'List the members of the workspace, and those invited.' })
  async list(@Req() request: FastifyRequest): Promise<WorkspaceUserDto[]> {
    const workspace = workspaceOf(request);
    const now = new Date().toISOString();
    const [members, invitations] = await Promise.all([
      this.directory.members(workspace),
      this.directory.invitations(workspace),
    ]);
    return [...members.map(userJson), ...invitations.map((invitation) => invitedJson(invitation, now))];
  }

  /** Invites by e-mail address, or adds a user or service account at once. */
  @Post()
  @HttpCode(200)
  @Access('admin')
  @ApiOperation({ summary: 'Add somebody to the workspace.' })
  @ApiOkResponse({
    schema: { oneOf: [{ $ref: getSchemaPath(PendingInvitationDto) }, { $ref: getSchemaPath(WorkspaceUserDto) }] },
  })
  async add(
    @Body() { role = 'member', ...wish }: AddUserBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PendingInvitationDto | WorkspaceUserDto> {
    const workspace = workspaceOf(request);
    const newcomer = newcomerOf(wish);
    switch (newcomer.kind) {
      case 'rejected':
        return accepted(newcomer);
      case 'invitation': {
        const data = { workspace, email: newcomer.email, role };
        await this.answers.visible(reply, await this.handlers.members.invite(data, requestOf(request)));
        return this.#invitation(workspace, newcomer.email);
      }
      case 'member': {
        const { member } = newcomer;
        const data = { workspace, role, member };
        await this.answers.visible(reply, await this.handlers.members.add(data, requestOf(request)));
        return this.#user(
          workspace,
          'sub' in member ? userPrincipal(member.sub) : serviceAccountPrincipal(member.clientId),
        );
      }
    }
  }

  /** Gives a member, or somebody invited, another role. */
  @Put(':subOrEmail')
  @Access('admin')
  @ApiOperation({ summary: 'Change the role of a member.' })
  async changeRole(
    @Param() { subOrEmail: member }: UserPathDto,
    @Body() { role }: UserRoleBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceUserDto> {
    const workspace = workspaceOf(request);
    const data = { workspace, member, role };
    await this.answers.visible(reply, await this.handlers.members.changeRole(data, requestOf(request)));
    return this.#user(workspace, member);
  }

  /** Removes a member, or revokes an invitation. Holds from the member's next request on. */
  @Delete(':subOrEmail')
  @Access('admin')
  @ApiOperation({ summary: 'Remove somebody from the workspace.' })
  async remove(
    @Param() { subOrEmail: member }: UserPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceUserDto | undefined> {
    const workspace = workspaceOf(request);
    const asItWas = await this.#find(workspace, member);
    await this.answers.visible(reply, await this.handlers.members.remove({ workspace, member }, requestOf(request)));
    return asItWas;
  }

  async #user(workspace: string, text: string): Promise<WorkspaceUserDto> {
    const found = await this.#find(workspace, text);
    if (found !== undefined) return found;
    throw new Refusal(workspaceRejection('member-not-found', `${text} is not a member of workspace ${workspace}.`));
  }

  async #find(workspace: string, text: string): Promise<WorkspaceUserDto | undefined> {
    const [members, invitations] = await Promise.all([
      this.directory.members(workspace),
      this.directory.invitations(workspace),
    ]);
    const found = findMember(
      {
        members: new Map(members.map(({ principal, email }) => [principal, email])),
        invitations: new Map(invitations.map(({ email, expiresAt }) => [email, expiresAt])),
      },
      text,
    );
    if (found.kind === 'member') {
      const member = members.find(({ principal }) => principal === found.principal);
      return member && userJson(member);
    }
    const invitation = invitations.find(({ email }) => email === found.email);
    return invitation && invitedJson(invitation, new Date().toISOString());
  }

  async #invitation(workspace: string, email: string): Promise<PendingInvitationDto> {
    const invitation = await this.directory.invitation(workspace, email);
    if (invitation !== undefined) return invitationJson(invitation);
    throw new Refusal(
      workspaceRejection('invitation-not-found', `${email} has no invitation to workspace ${workspace}.`),
    );
  }
}
