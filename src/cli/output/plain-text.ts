/**
 * Text from elsewhere, fit for a terminal: control characters, which could move the cursor or forge output, and marks that
 * turn the direction of writing are shown as escapes.
 */
export function plainText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '\u200D') return character;
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}

/** Like {@link plainText}, keeping line breaks. */
export function plainLines(text: string): string {
  return text.split('\n').map(plainText).join('\n');
}
