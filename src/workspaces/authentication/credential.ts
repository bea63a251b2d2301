/** Request headers as Node gives them: names in lower case. */
export type RequestHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What a request brings to show who sends it. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'bearer'; readonly token: string }
  /** Something that is not accepted here; the fault is a sentence. */
  | { readonly kind: 'unusable'; readonly fault: string };

const names = [
  ['x-blaxel-authorization', 'X-Blaxel-Authorization'],
  ['authorization', 'Authorization'],
] as const;
const longest = 8_192;
const bearer = /^Bearer +(\S+) *$/i;

/** Picks the credential of a request. `X-Blaxel-Authorization` wins over `Authorization`, whatever it holds. */
export function pickCredential(headers: RequestHeaders): Credential {
  for (const [name, spelling] of names) {
    const value = headers[name];
    if (value === undefined || value === '') continue;
    return typeof value === 'string'
      ? readHeader(value, spelling)
      : { kind: 'unusable', fault: `The request has ${spelling} more than once.` };
  }
  return { kind: 'none' };
}

function readHeader(value: string, spelling: string): Credential {
  if (value.length > longest) {
    return { kind: 'unusable', fault: `${spelling} is longer than ${longest} characters.` };
  }
  const token = bearer.exec(value)?.[1];
  if (token !== undefined) return { kind: 'bearer', token };
  if (/^Basic( |$)/i.test(value)) {
    return {
      kind: 'unusable',
      fault: `${spelling} holds a user name and password, which are not accepted here. Send "${spelling}: Bearer KEY".`,
    };
  }
  return { kind: 'unusable', fault: `${spelling} is not of the form "Bearer KEY".` };
}
