import { z } from 'zod';

/**
 * The answers of the service, as far as people are shown them. Unknown fields are kept: programs get whole answers.
 */

/** For answers without a body, or whose body is of no interest. */
export const anythingSchema = z.unknown();

const tagSchema = z.looseObject({
  name: z.string(),
  size: z.number().optional(),
  createdAt: z.string().optional(),
  updatedAt: z.string().optional(),
  digest: z.string().optional(),
  platforms: z.array(z.string()).optional(),
});

export const imageSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    resourceType: z.string(),
    workspace: z.string(),
    sourceWorkspace: z.string().optional(),
    createdAt: z.string().optional(),
    updatedAt: z.string().optional(),
    lastDeployedAt: z.string().optional(),
    sharedAt: z.string().optional(),
    status: z.string().optional(),
  }),
  spec: z.looseObject({ size: z.number().optional(), tags: z.array(tagSchema).nullish() }),
});
export const imagesSchema = z.array(imageSchema);

export const cleanupSchema = z.looseObject({ deleted: z.number(), message: z.string().optional() });

export const shareTargetSchema = z.looseObject({
  workspace: z.string(),
  accountId: z.string().optional(),
  status: z.string(),
  pendingShareId: z.string().optional(),
  workspaceDisplayName: z.string().optional(),
});
export const shareTargetsSchema = z.array(shareTargetSchema);

export const shareRequestSchema = z.looseObject({
  id: z.string(),
  imageName: z.string(),
  resourceType: z.string(),
  sourceWorkspace: z.string(),
  targetWorkspace: z.string(),
  sharedBy: z.string().optional(),
  createdAt: z.string().optional(),
  expiresAt: z.string().optional(),
  hasConflict: z.boolean().optional(),
});
export const shareRequestsSchema = z.array(shareRequestSchema);

export const deploymentSchema = z.looseObject({
  metadata: z.looseObject({
    name: z.string(),
    kind: z.string(),
    workspace: z.string(),
    deployedAt: z.string().optional(),
    deployedBy: z.string().optional(),
  }),
  spec: z.looseObject({
    image: z.looseObject({ resourceType: z.string(), name: z.string(), sourceWorkspace: z.string().optional() }),
    tag: z.string().optional(),
    digest: z.string(),
    reference: z.string().optional(),
  }),
});
export const deploymentsSchema = z.array(deploymentSchema);

export const usageSchema = z.looseObject({
  shares: shareTargetsSchema,
  workspaces: z.array(z.looseObject({ workspace: z.string(), deployments: deploymentsSchema })),
});

export const resolvedSchema = z.looseObject({
  source: z.looseObject({ workspace: z.string(), resourceType: z.string(), name: z.string() }),
  repository: z.string(),
  tag: z.string().optional(),
  digest: z.string(),
  size: z.number().optional(),
  mediaType: z.string().optional(),
  platforms: z.array(z.string()).optional(),
  reference: z.string(),
});

export const workspaceSchema = z.looseObject({
  name: z.string(),
  displayName: z.string().optional(),
  accountId: z.string().optional(),
  status: z.string().optional(),
  labels: z.record(z.string(), z.string()).optional(),
  createdAt: z.string().optional(),
});
export const workspacesSchema = z.array(workspaceSchema);

export const memberSchema = z.looseObject({
  sub: z.string().optional(),
  email: z.string().optional(),
  role: z.string().optional(),
  accepted: z.boolean().optional(),
  expired: z.boolean().optional(),
  expiresAt: z.string().optional(),
});
export const membersSchema = z.array(memberSchema);

export const serviceAccountSchema = z.looseObject({
  client_id: z.string(),
  name: z.string().optional(),
  description: z.string().optional(),
  role: z.string().optional(),
  created_at: z.string().optional(),
});
export const serviceAccountsSchema = z.array(serviceAccountSchema);

export const apiKeySchema = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  apiKey: z.string().optional(),
  createdAt: z.string().optional(),
  expiresAt: z.string().optional(),
  expires_in: z.string().optional(),
});
export const apiKeysSchema = z.array(apiKeySchema);

export const accountSchema = z.looseObject({
  id: z.string(),
  name: z.string().optional(),
  ownerEmail: z.string().optional(),
  sharingPolicy: z.looseObject({ targetAdmin: z.string(), acrossAccounts: z.string() }).optional(),
  createdAt: z.string().optional(),
});
export const accountsSchema = z.array(accountSchema);

export const whoamiSchema = z.looseObject({
  principal: z.string(),
  kind: z.string(),
  workspaces: z
    .array(z.looseObject({ name: z.string(), role: z.string().optional(), accountId: z.string().optional() }))
    .optional(),
});

export type Image = z.infer<typeof imageSchema>;
export type ImageTag = z.infer<typeof tagSchema>;
export type ShareTarget = z.infer<typeof shareTargetSchema>;
export type ShareRequest = z.infer<typeof shareRequestSchema>;
export type Deployment = z.infer<typeof deploymentSchema>;
export type Usage = z.infer<typeof usageSchema>;
export type ResolvedImage = z.infer<typeof resolvedSchema>;
export type Workspace = z.infer<typeof workspaceSchema>;
export type Member = z.infer<typeof memberSchema>;
export type ServiceAccount = z.infer<typeof serviceAccountSchema>;
export type ApiKey = z.infer<typeof apiKeySchema>;
export type Account = z.infer<typeof accountSchema>;
export type WhoAmI = z.infer<typeof whoamiSchema>;

export const webhookSchema = z.looseObject({
  id: z.string(),
  url: z.string(),
  description: z.string().optional(),
  events: z.array(z.string()).optional(),
  state: z.string(),
  disabledReason: z.string().optional(),
  failingSince: z.string().optional(),
  secret: z.string().optional(),
  createdAt: z.string().optional(),
});
export const webhooksSchema = z.array(webhookSchema);

export const webhookSecretSchema = z.looseObject({
  secret: z.string(),
  previous: z.looseObject({ secret: z.string(), until: z.string() }).optional(),
});

export const deliverySchema = z.looseObject({
  id: z.string(),
  type: z.string(),
  state: z.string(),
  createdAt: z.string().optional(),
  nextAttemptAt: z.string().optional(),
  attempts: z.array(
    z.looseObject({
      at: z.string(),
      durationMs: z.number().optional(),
      status: z.number().optional(),
      response: z.string().optional(),
      fault: z.string().optional(),
    }),
  ),
});
export const deliveriesSchema = z.array(deliverySchema);
