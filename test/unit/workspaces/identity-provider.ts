import { createServer } from 'node:http';
import type { Server } from 'node:http';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';
import type { CryptoKey, JWK } from 'jose';

export const audience = 'tagalong';

/** A real issuer on a free port of this machine. */
export class IdentityProvider {
  readonly requests: string[] = [];
  readonly #published: JWK[] = [];
  readonly #keys = new Map<string, CryptoKey>();
  /** What the discovery document says, in place of the truth. */
  discovery: Record<string, unknown> = {};
  /** Answers everything with this status. */
  failing: number | undefined;

  private constructor(
    private readonly server: Server,
    readonly issuer: string,
  ) {}

  static async start(): Promise<IdentityProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const provider = new IdentityProvider(server, `http://127.0.0.1:${address.port}`);
    server.on('request', (request, response) => {
      const url = request.url ?? '';
      provider.requests.push(url);
      const body = provider.#answer(url);
      response.statusCode = provider.failing ?? (body === undefined ? 404 : 200);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(body ?? {}));
    });
    await provider.rotate('first');
    return provider;
  }

  /** Publishes one more key. */
  async rotate(kid: string): Promise<void> {
    this.#published.push(await this.#makeKey(kid));
  }

  /** A token of this issuer, valid for five minutes unless its claims say otherwise. */
  async token(claims: Record<string, unknown> = {}, kid = 'first'): Promise<string> {
    if (!this.#keys.has(kid)) await this.#makeKey(kid);
    const key = this.#keys.get(kid);
    if (key === undefined) throw new Error(`no key ${kid}`);
    const now = Math.floor(Date.now() / 1_000);
    return new SignJWT({ iss: this.issuer, aud: audience, sub: 'auth0|ann', iat: now, exp: now + 300, ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(key);
  }

  requestsTo(path: string): number {
    return this.requests.filter((url) => url === path).length;
  }

  async stop(): Promise<void> {
    await new Promise((resolve) => {
      this.server.close(resolve);
      this.server.closeAllConnections();
    });
  }

  #answer(url: string): unknown {
    if (url === '/.well-known/openid-configuration') {
      return { issuer: this.issuer, jwks_uri: `${this.issuer}/keys`, ...this.discovery };
    }
    return url === '/keys' ? { keys: this.#published } : undefined;
  }

  async #makeKey(kid: string): Promise<JWK> {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    this.#keys.set(kid, privateKey);
    return { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  }
}
