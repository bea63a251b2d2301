// Resolved from here, where the package is installed.
export * from '@event-driven-io/emmett-sqlite';
