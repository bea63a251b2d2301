import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Post, Put, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { CommandAnswers, accepted } from '../command-bus/command-answers.js';
import { requestOf } from '../command-bus/request-of.js';
import { z } from 'zod';
import { Access } from '../http/access.decorator.js';
import { Answers, Changes, Refuses } from '../http/openapi/answers.js';
import { positionHeader } from '../http/openapi/headers.js';
import { ACCESS_DIRECTORY } from '../http/access.guard.js';
import { Refusal } from '../http/refusal.js';
import { workspaceOf } from '../http/request-context.js';
import type { AccessDirectory } from './authorization/access-directory.js';
import { serviceAccountPrincipal, userPrincipal } from './domain/principal-name.js';
import { workspaceRejection } from './domain/workspace.rejections.js';
import { AccessHandlers } from './handlers/access-handlers.js';
import { findMember } from './handlers/find-member.js';
import { newcomerOf } from './handlers/new-member.js';
import { AddUserBodyDto, UserPathDto, UserRoleBodyDto } from './users.dto.js';
import { invitationJson, invitedJson, pendingInvitationSchema, userJson, workspaceUserSchema } from './users.view.js';
import type { PendingInvitationJson, WorkspaceUserJson } from './users.view.js';

@ApiTags('users')
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
  @ApiOperation({ operationId: 'listWorkspaceUsers', summary: 'List the members of the workspace, and those invited.' })
  @Answers(200, 'All of them.', z.array(workspaceUserSchema))
  async list(@Req() request: FastifyRequest): Promise<WorkspaceUserJson[]> {
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
  @ApiOperation({ operationId: 'inviteWorkspaceUser', summary: 'Add somebody to the workspace.' })
  @Changes()
  @Answers(
    200,
    'The invitation, or the new member.',
    z.union([pendingInvitationSchema, workspaceUserSchema]),
    positionHeader,
  )
  @Refuses(404, 'service-account-not-found')
  @Refuses(409, 'member-exists')
  async add(
    @Body() { role = 'member', ...wish }: AddUserBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<PendingInvitationJson | WorkspaceUserJson> {
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
  @ApiOperation({ operationId: 'updateWorkspaceUserRole', summary: 'Change the role of a member.' })
  @Changes()
  @Answers(200, 'The member with the new role.', workspaceUserSchema, positionHeader)
  @Refuses(404, 'member-not-found')
  @Refuses(409, 'last-admin')
  async changeRole(
    @Param() { subOrEmail: member }: UserPathDto,
    @Body() { role }: UserRoleBodyDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceUserJson> {
    const workspace = workspaceOf(request);
    const data = { workspace, member, role };
    await this.answers.visible(reply, await this.handlers.members.changeRole(data, requestOf(request)));
    return this.#user(workspace, member);
  }

  /** Removes a member, or revokes an invitation. Holds from the member's next request on. */
  @Delete(':subOrEmail')
  @Access('admin')
  @ApiOperation({ operationId: 'removeWorkspaceUser', summary: 'Remove somebody from the workspace.' })
  @Changes()
  @Answers(200, 'The member as it was; nothing when it was removed before.', workspaceUserSchema, positionHeader)
  @Refuses(404, 'member-not-found')
  @Refuses(409, 'last-admin')
  async remove(
    @Param() { subOrEmail: member }: UserPathDto,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<WorkspaceUserJson | undefined> {
    const workspace = workspaceOf(request);
    const asItWas = await this.#find(workspace, member);
    await this.answers.visible(reply, await this.handlers.members.remove({ workspace, member }, requestOf(request)));
    return asItWas;
  }

  async #user(workspace: string, text: string): Promise<WorkspaceUserJson> {
    const found = await this.#find(workspace, text);
    if (found !== undefined) return found;
    throw new Refusal(workspaceRejection('member-not-found', `${text} is not a member of workspace ${workspace}.`));
  }

  async #find(workspace: string, text: string): Promise<WorkspaceUserJson | undefined> {
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

  async #invitation(workspace: string, email: string): Promise<PendingInvitationJson> {
    const invitation = await this.directory.invitation(workspace, email);
    if (invitation !== undefined) return invitationJson(invitation);
    throw new Refusal(
      workspaceRejection('invitation-not-found', `${email} has no invitation to workspace ${workspace}.`),
    );
  }
}
