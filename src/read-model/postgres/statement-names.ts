/** Names for prepared statements: one for each text, until it has to be prepared anew. */
export class StatementNames {
  readonly #names = new Map<string, string>();
  #given = 0;

  of(text: string): string {
    return this.#names.get(text) ?? this.#give(text);
  }

  /** Gives the text another name, unless that was done since it had this one. */
  renew(text: string, outdated: string): void {
    if (this.#names.get(text) === outdated) this.#give(text);
  }

  #give(text: string): string {
    const name = `s${++this.#given}`;
    this.#names.set(text, name);
    return name;
  }
}
