/** The secrets that the service makes for itself at its first start. */
export type SecretName = 'operator-key' | 'service-secret';

/** The fewest characters of a secret that is given, or put into a file by hand. */
export const shortestSecrets: Readonly<Record<SecretName, number>> = { 'operator-key': 24, 'service-secret': 32 };

/** Keeps the secrets of one service: all that look into the same place are told the same. */
export interface ServiceSecrets {
  /**
   * What is kept under the name.
   *
   * @throws Error when the place cannot be read; says what to do
   */
  find(name: SecretName): Promise<string | undefined>;

  /**
   * Keeps what is proposed unless something is kept under the name already. However many propose at the same moment,
   * one of them is first.
   *
   * @returns what is kept: durable, and the same for everybody from now on
   * @throws Error when the place cannot be read or written; says what to do
   */
  settle(name: SecretName, proposed: string): Promise<string>;
}
