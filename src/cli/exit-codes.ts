/** What the command line tells the shell. Documented in `tagalong --help`; scripts depend on it. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  forbidden: 3,
  notFound: 4,
  conflict: 5,
  unavailable: 6,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** One line per code, for help texts. */
export const exitCodeLines: readonly string[] = [
  '0  done',
  '1  refused or failed; the message says why',
  '2  the command line is wrong',
  '3  not logged in, or not allowed',
  '4  not found, or expired',
  '5  conflict with what is there',
  '6  the service cannot be reached or is not available',
  '130  interrupted',
];
