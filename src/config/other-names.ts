/** Settings that go by another name too. */
const otherNames = { COMMAND_BUS_URL: 'TAGALONG_COMMAND_BUS_URL' } as const;

/** The environment with every value under its own name, and what is said twice and not the same. */
export function withOtherNames(environment: Readonly<Record<string, string | undefined>>): {
  readonly values: Readonly<Record<string, string | undefined>>;
  readonly faults: readonly string[];
} {
  const values = { ...environment };
  const faults: string[] = [];
  for (const [other, name] of Object.entries(otherNames)) {
    const [theirs, ours] = [environment[other], environment[name]];
    if (theirs === undefined || theirs === '') continue;
    if (ours === undefined || ours === '') values[name] = theirs;
    else if (ours !== theirs) faults.push(`${name}: ${other} says something else and means the same; set one of them`);
  }
  return { values, faults };
}
