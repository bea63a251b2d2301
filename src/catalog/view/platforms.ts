/** The platforms of a tag's row. */
export function readPlatforms(text: string): readonly string[] {
  if (text === '[]') return [];
  const list: unknown = JSON.parse(text);
  if (!Array.isArray(list)) throw new TypeError(`platforms of a tag are not a list: ${text}`);
  return list.map(String);
}
