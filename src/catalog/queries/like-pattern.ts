/** The pattern for `LIKE … ESCAPE '\'` that finds a text anywhere in a name. Names are lower case. */
export function containing(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, '\\$&')}%`;
}
