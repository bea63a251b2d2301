const longest = 2_048;

/** A URL as it is recorded, or what is wrong with it. */
export type CheckedUrl =
  { readonly kind: 'url'; readonly url: string } | { readonly kind: 'fault'; readonly fault: string };

/**
 * The one spelling of a URL that messages can be sent to. A host that is a number in any disguise (`0x7f.1`,
 * `2130706433`) comes out as the address that it means.
 */
export function webhookUrl(text: string): CheckedUrl {
  if (text.length > longest) return fault(`has more than ${longest} characters`);
  if (!URL.canParse(text)) return fault('is no URL; write it whole, as https://example.com/hooks/tagalong');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return fault('is neither https nor http');
  if (url.username !== '' || url.password !== '') {
    return fault('holds a user name or password; messages are signed, so none is needed');
  }
  if (url.hash !== '') return fault('has a fragment, which is never sent');
  return { kind: 'url', url: url.href };
}

function fault(what: string): CheckedUrl {
  return { kind: 'fault', fault: what };
}
