/** Answers of the service for tests: whole, as it sends them. */
const digest = `sha256:${'a1'.repeat(32)}`;

export function image(overrides: Readonly<Record<string, unknown>> = {}, tags: readonly object[] = [tag('v1')]) {
  return {
    metadata: {
      name: 'my-template',
      resourceType: 'sandbox',
      workspace: 'team',
      displayName: 'registry.localhost/team/sandbox/my-template',
      createdAt: '2026-09-01T10:00:00.000Z',
      updatedAt: '2026-09-02T10:00:00.000Z',
      status: 'BUILT',
      ...overrides,
    },
    spec: { size: 1_572_864, tags },
  };
}

export function tag(name: string, createdAt = '2026-09-01T10:00:00.000Z', updatedAt = createdAt) {
  return { name, size: 1_048_576, createdAt, updatedAt, digest, platforms: ['linux/amd64'] };
}

export function deployment(name = 'dev-box', sourceWorkspace?: string) {
  return {
    metadata: {
      name,
      kind: 'sandbox',
      workspace: 'team',
      deployedAt: '2026-09-03T10:00:00.000Z',
      deployedBy: 'user:kim',
    },
    spec: {
      image: {
        resourceType: 'sandbox',
        name: 'my-template',
        ...(sourceWorkspace !== undefined && { sourceWorkspace }),
      },
      tag: 'v1',
      digest,
      reference: `registry.localhost/team/sandbox/my-template@${digest}`,
    },
  };
}
