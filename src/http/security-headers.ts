import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import helmet from 'helmet';

/**
 * The security headers of every answer.
 *
 * None of them depends on the request, so helmet is asked once: to ask it for each request costs more than the rest of
 * the way in.
 */
export function securityHeaders(): Readonly<Record<string, string>> {
  const answer = new ServerResponse(new IncomingMessage(new Socket()));
  const setHeaders = helmet({
    contentSecurityPolicy: {
      directives: { defaultSrc: ["'self'"], imgSrc: ["'self'", 'data:'], upgradeInsecureRequests: null },
    },
  });
  setHeaders(answer.req, answer, (fault?: unknown) => {
    if (fault !== undefined) throw new TypeError('the security headers are not valid', { cause: fault });
  });
  return Object.fromEntries(Object.entries(answer.getHeaders()).map(([name, value]) => [name, String(value)]));
}
