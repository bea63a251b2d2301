/** Why nothing is sent to a webhook any more: somebody said so, its receiver is gone (410), or it failed for days. */
export type DisablingReason = 'requested' | 'gone' | 'failing';

/** The facts of the webhooks of one workspace. Which workspace is said by the stream `webhooks-{workspace}`. */
export type WebhookEvent =
  | {
      readonly type: 'WebhookCreated';
      readonly data: {
        readonly webhookId: string;
        readonly url: string;
        readonly description: string;
        /** Types of feed events; absent for all, those to come included. */
        readonly events?: readonly string[];
      };
    }
  /** Secrets are derived from their version and are on record nowhere. */
  | {
      readonly type: 'WebhookSecretRotated';
      readonly data: {
        readonly webhookId: string;
        readonly secretVersion: number;
        /** RFC 3339; until then messages are signed with the secret before, too. Absent when it ended at once. */
        readonly previousUntil?: string;
      };
    }
  | {
      readonly type: 'WebhookDisabled';
      readonly data: { readonly webhookId: string; readonly reason: DisablingReason };
    }
  /** It goes on where it stopped. */
  | { readonly type: 'WebhookEnabled'; readonly data: { readonly webhookId: string } }
  | { readonly type: 'WebhookDeleted'; readonly data: { readonly webhookId: string } };
