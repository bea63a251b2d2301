import { defineCommand } from '../../command-bus/command-definition.js';
import type { CommandDefinition } from '../../command-bus/command-definition.js';
import { parseResourceType } from '../../vocabulary/names.js';
import type { ResourceType } from '../../vocabulary/names.js';
import { slotLabel } from '../../vocabulary/slot.js';
import type { ImageHandlers } from '../handlers/image-handlers.js';
import {
  AcceptShareRequestDto,
  CleanupImagesDto,
  DeclineShareRequestDto,
  DeleteImageDto,
  DeleteTagDto,
  PushTagDto,
  RecordDeploymentDto,
  RegisterImageDto,
  RetireDeploymentDto,
  ShareImageDto,
  UnshareImageDto,
} from './image-commands.dto.js';
import { slotOf } from './slot.dto.js';

/** The commands of the images context, as the bus takes them. */
export function imageCommandDefinitions(handlers: ImageHandlers): readonly CommandDefinition[] {
  const { own, share, unshare, requests, deployments, cleanup } = handlers;
  return [
    defineCommand('RegisterImage', RegisterImageDto, (payload, request) =>
      own.register(
        { slot: slotOf(payload), ...(payload.reference !== undefined && { reference: payload.reference }) },
        request,
      ),
    ),
    defineCommand('PushTag', PushTagDto, (payload, request) => own.pushTag(pushOf(payload), request)),
    defineCommand('DeleteTag', DeleteTagDto, (payload, request) =>
      own.deleteTag({ slot: slotOf(payload), tag: payload.tag }, request),
    ),
    defineCommand('DeleteImage', DeleteImageDto, (payload, request) =>
      own.deleteImage({ slot: slotOf(payload) }, request),
    ),
    defineCommand('CleanupImages', CleanupImagesDto, async (payload, request) => {
      const outcome = await cleanup.handle(payload, request);
      if (outcome.kind === 'rejected') return outcome;
      return { kind: 'accepted', position: outcome.position, result: { deleted: outcome.deleted.map(slotLabel) } };
    }),
    defineCommand('ShareImage', ShareImageDto, async (payload, request) => {
      const { targetWorkspace, targetAccountId } = payload;
      const data = {
        slot: slotOf(payload),
        targetWorkspace,
        ...(targetAccountId !== undefined && { targetAccountId }),
      };
      const outcome = await share.handle(data, request);
      if (outcome.kind === 'rejected') return outcome;
      return { ...outcome, result: { share: outcome.share, shareId: outcome.shareId } };
    }),
    defineCommand('UnshareImage', UnshareImageDto, (payload, request) =>
      unshare.handle({ slot: slotOf(payload), targetWorkspace: payload.targetWorkspace }, request),
    ),
    defineCommand('AcceptShareRequest', AcceptShareRequestDto, ({ shareId, force, workspace }, request) =>
      requests.accept({ shareId, force: force ?? false, workspace }, request),
    ),
    defineCommand('DeclineShareRequest', DeclineShareRequestDto, ({ shareId, workspace }, request) =>
      requests.decline({ shareId, workspace }, request),
    ),
    defineCommand('RecordDeployment', RecordDeploymentDto, (payload, request) => {
      const { kind, deployment, tag, digest } = payload;
      const data = { slot: slotOf(payload), kind: kindOf(kind), deployment };
      return deployments.deploy(
        { ...data, ...(tag !== undefined && { tag }), ...(digest !== undefined && { digest }) },
        request,
      );
    }),
    defineCommand('RetireDeployment', RetireDeploymentDto, ({ workspace, kind, deployment }, request) =>
      deployments.retire({ workspace, kind: kindOf(kind), deployment }, request),
    ),
  ];
}

/** The command that a validated push means. */
export function pushOf(payload: PushTagDto) {
  const { tag, digest, size, mediaType, platforms } = payload;
  return {
    slot: slotOf(payload),
    tag,
    digest,
    size,
    ...(mediaType !== undefined && { mediaType }),
    platforms: platforms ?? [],
  };
}

function kindOf(text: string): ResourceType {
  const kind = parseResourceType(text);
  if (kind === undefined) throw new TypeError(`${text} passed validation and is no resource type`);
  return kind;
}
