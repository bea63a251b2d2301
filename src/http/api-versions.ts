/** The versions of the management API that a request may name. They do not differ in what is served here. */
export const apiVersions = ['2026-04-28', '2026-04-16'] as const;
