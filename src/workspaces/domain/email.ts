const emailPattern = /^[\x21-\x3f\x41-\x7e]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/;

/** An address of ASCII characters that mail systems accept: at most 254 characters. */
export function isEmail(text: string): boolean {
  return text.length <= 254 && emailPattern.test(text);
}

/**
 * The form in which addresses are stored and compared. Only ASCII letters are folded: Unicode folding
 * would make different addresses equal (the Kelvin sign becomes `k`) and hand one person another's invitation.
 */
export function normalizeEmail(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
