import type { CommandOutcome, TagalongClient } from 'tagalong/client';

/** What a build has pushed to the registry. */
export interface Build {
  readonly workspace: string;
  readonly image: string;
  readonly tag: string;
  readonly digest: string;
  readonly size: number;
  /** Of the build itself: run again, it announces nothing twice. */
  readonly id: string;
}

/**
 * Announces an image that was built, and shares it with a workspace.
 *
 * @throws Error when the service refuses, with what it says
 */
export async function announceBuild(client: TagalongClient, build: Build, shareWith: string): Promise<void> {
  const { workspace, image: name, tag, digest, size, id } = build;
  const image = { workspace, resourceType: 'sandbox', name };
  accepted(await client.command('PushTag', { ...image, tag, digest, size }, { id: `push-${id}`, reason: 'built' }));
  accepted(await client.command('ShareImage', { ...image, targetWorkspace: shareWith }, { id: `share-${id}` }));
}

/** Resolves once the feed of a workspace tells of a tag. */
export async function untilArrived(client: TagalongClient, workspace: string, tag: string): Promise<void> {
  const enough = new AbortController();
  for await (const event of client.follow(workspace, { since: 'start', signal: enough.signal })) {
    if (event.type === 'tag.pushed' && event.tag === tag) return;
  }
}

function accepted(outcome: CommandOutcome): void {
  if (outcome.outcome === 'rejected') throw new Error(`${outcome.error}: ${outcome.message}`);
}
