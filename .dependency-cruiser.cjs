/** The direction of every arrow between the rooms of `src/`. */
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'kernel-is-pure',
      comment: 'The kernel knows no framework, no adapter, no domain and does no I/O.',
      severity: 'error',
      from: { path: '^src/event-sourcing/' },
      to: { pathNot: ['^src/event-sourcing/', '^node_modules/(zod|immutable|lru-cache|uuid)/'] },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules import other rules and the kernel only.',
      severity: 'error',
      from: { path: '^src/([^/]+)/domain/' },
      to: {
        pathNot: ['^src/$1/domain/', '^src/event-sourcing/', '^src/vocabulary/', '^node_modules/(zod|immutable)/'],
      },
    },
    {
      name: 'vocabulary-is-pure',
      severity: 'error',
      from: { path: '^src/vocabulary/' },
      to: { pathNot: ['^src/vocabulary/', '^node_modules/zod/'] },
    },
    {
      name: 'leaves-know-nobody',
      comment: 'What several rooms share knows none of them.',
      severity: 'error',
      from: { path: '^src/(broker|message-token|service-secrets|worker-threads)/' },
      to: { path: '^src/', pathNot: '^src/$1/' },
    },
    {
      name: 'read-side-never-decides',
      comment: 'Catalog, audit, billing and what publishes events know the events of others, never their rules.',
      severity: 'error',
      from: { path: '^src/(catalog|audit|billing|events-out)/' },
      to: { path: '^src/(images|workspaces|webhooks)/domain/.*\\.decider\\.ts$' },
    },
    {
      name: 'adapters-know-no-domain',
      severity: 'error',
      from: { path: '^src/(event-store|read-model)/' },
      to: { path: '^src/(images|workspaces|catalog|audit|billing|registry|command-bus|webhooks|events-out|cli)/' },
    },
    {
      name: 'cluster-knows-no-domain',
      comment: 'Who runs subscribers does not know what they are about.',
      severity: 'error',
      from: { path: '^src/cluster/' },
      to: {
        pathNot: [
          '^src/cluster/',
          '^src/event-sourcing/',
          '^src/read-model/postgres/',
          '^node_modules/',
          '^node:',
          '^net$',
        ],
      },
    },
    {
      name: 'cli-speaks-http',
      comment:
        'The command line is a client: it may start the service, have the files of a stopped one audited, and read shared vocabulary; nothing else of it.',
      severity: 'error',
      from: { path: '^src/cli/' },
      to: {
        path: '^src/(images|workspaces|catalog|billing|registry|command-bus|webhooks|events-out|event-store|read-model)/',
      },
    },
    {
      name: 'client-is-light',
      comment: 'Programs of others use the client: of the service it takes types, and what both sides must do alike.',
      severity: 'error',
      from: { path: '^src/client/' },
      to: {
        path: '^src/',
        pathNot: ['^src/(client|broker|message-token)/', '^src/cli/api/server-events\\.ts$'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'no-orphans',
      severity: 'error',
      from: { orphan: true, pathNot: ['\\.d\\.ts$', 'main\\.ts$', '^src/client/index\\.ts$', 'worker\\.ts$'] },
      to: {},
    },
    { name: 'no-tests-in-product', severity: 'error', from: { path: '^src/' }, to: { path: '^test/' } },
    {
      name: 'no-dev-dependencies-in-product',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.js'],
    },
  },
};
