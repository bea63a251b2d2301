import type { Command } from 'commander';
import { anythingSchema, imageSchema, shareRequestsSchema } from '../api/wire.js';
import type { ShareRequest } from '../api/wire.js';
import { CliError } from '../cli-error.js';
import { exitCodes } from '../exit-codes.js';
import type { Printer } from '../output/printer.js';
import type { Column } from '../output/table.js';
import type { World } from '../world.js';
import { addCommand, addGroup, inSession } from './command.js';
import type { WritingOptions } from './common-options.js';
import { sourceBadge } from './image-views.js';
import { writing } from './session.js';

interface AcceptOptions extends WritingOptions {
  readonly force?: boolean;
}

/** `requests list|accept|decline|withdraw` */
export function addRequests(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'requests',
    summary: 'share requests across accounts',
    description: 'An image shared with a workspace of another account waits until an admin there accepts it.',
    examples: ['requests list', 'requests list --outgoing', 'requests accept 5f0c3a1e'],
  });
  addList(group, world);
  addAccept(group, world);
  addDecline(group, world);
  addWithdraw(group, world);
}

function addList(group: Command, world: World): void {
  const list = addCommand(group, {
    name: 'list',
    summary: 'show the requests that wait for an answer',
    examples: ['requests list', 'requests list --outgoing -o json'],
  }).option('--outgoing', 'those this workspace made, rather than those made to it');
  list.action(
    inSession(list, 'reading', world, async (session, { outgoing }: { readonly outgoing?: boolean }) => {
      const api = await session.api();
      const direction = outgoing === true ? 'outgoing' : 'incoming';
      const requests = await api.get('/pending-image-shares', shareRequestsSchema, { direction });
      session.printer.list(requests, requestColumns(session.printer, direction), `There are no ${direction} requests.`);
    }),
  );
}

function addAccept(group: Command, world: World): void {
  const accept = addCommand(group, {
    name: 'accept',
    summary: 'take an image that was offered',
    examples: ['requests accept 5f0c3a1e', 'requests accept 5f0c3a1e --force --reason "theirs is newer"'],
  })
    .argument('<id>', 'id of the request')
    .option('--force', 'delete the own image of that name first, if there is one');
  accept.action(
    inSession(accept, 'writing', world, async (session, id: string, options: AcceptOptions) => {
      const api = await session.api();
      const query = { force: options.force === true ? true : undefined };
      const path = `/pending-image-shares/${encodeURIComponent(id)}/accept`;
      const { body } = await api.write('POST', path, imageSchema, writing(options, { query }));
      const { resourceType, name } = body.metadata;
      session.printer.done(body, `accepted ${resourceType}/${name} ${sourceBadge(body)}`);
    }),
  );
}

function addDecline(group: Command, world: World): void {
  const decline = addCommand(group, {
    name: 'decline',
    summary: 'turn down an image that was offered',
    examples: ['requests decline 5f0c3a1e --reason "not needed here"'],
  }).argument('<id>', 'id of the request');
  decline.action(
    inSession(decline, 'writing', world, async (session, id: string, options: WritingOptions) => {
      const api = await session.api();
      await api.write(
        'POST',
        `/pending-image-shares/${encodeURIComponent(id)}/decline`,
        anythingSchema,
        writing(options),
      );
      session.printer.done({ id, status: 'declined' }, `declined request ${id}`);
    }),
  );
}

function addWithdraw(group: Command, world: World): void {
  const withdraw = addCommand(group, {
    name: 'withdraw',
    summary: 'take back a request this workspace made',
    examples: ['requests withdraw 5f0c3a1e'],
  }).argument('<id>', 'id of the request');
  withdraw.action(
    inSession(withdraw, 'writing', world, async (session, id: string, options: WritingOptions) => {
      const api = await session.api();
      const requests = await api.get('/pending-image-shares', shareRequestsSchema, { direction: 'outgoing' });
      const request = requests.find((candidate) => candidate.id === id);
      if (request === undefined) {
        throw new CliError(
          `this workspace has made no request ${id} that waits for an answer`,
          exitCodes.notFound,
          'see `tagalong requests list --outgoing`',
        );
      }
      const { resourceType, imageName, targetWorkspace } = request;
      const path = `/images/${resourceType}/${encodeURIComponent(imageName)}/share/${targetWorkspace}`;
      await api.write('DELETE', path, anythingSchema, writing(options));
      session.printer.done({ id, status: 'withdrawn' }, `withdrew request ${id} to ${targetWorkspace}`);
    }),
  );
}

function requestColumns(
  { colors, time }: Printer,
  direction: 'incoming' | 'outgoing',
): readonly Column<ShareRequest>[] {
  return [
    { title: 'REQUEST', value: ({ id }) => id },
    { title: 'IMAGE', value: ({ resourceType, imageName }) => `${resourceType}/${imageName}` },
    direction === 'incoming'
      ? { title: 'FROM', value: ({ sourceWorkspace }) => `← ${sourceWorkspace}`, style: colors.cyan }
      : { title: 'TO', value: ({ targetWorkspace }) => `→ ${targetWorkspace}`, style: colors.cyan },
    { title: 'BY', value: ({ sharedBy }) => sharedBy },
    { title: 'EXPIRES', value: ({ expiresAt }) => time(expiresAt) },
    {
      title: 'CONFLICT',
      value: ({ hasConflict }) => (hasConflict === undefined ? undefined : hasConflict ? 'name taken' : 'none'),
      style: (text, { hasConflict }) => (hasConflict === true ? colors.yellow(text) : text),
    },
  ];
}
