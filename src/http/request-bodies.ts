import type { FastifyInstance } from 'fastify';
import { invalidInput } from './refusal.js';

/**
 * Says which bodies are read: JSON, and NDJSON, which stays text, to be read line by line. Any other type is refused.
 *
 * A JSON body is an object or an array by the time a route sees it, so that text is never anything but NDJSON. A body
 * without anything in it is none, for there are clients that name a type and send nothing.
 */
export function acceptBodies(fastify: FastifyInstance): void {
  const parseJson = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser(['application/json', 'text/plain']);
  fastify.addContentTypeParser<string>('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text === '') {
      done(null, undefined);
      return;
    }
    void parseJson(request, text, (fault, body: unknown) => {
      if (fault !== null) done(brokenJson());
      else if (typeof body === 'object') done(null, body);
      else done(invalidInput('invalid-input', 'The input must be a JSON object.'));
    });
  });
  fastify.addContentTypeParser(
    ['application/x-ndjson', 'application/ndjson'],
    { parseAs: 'string' },
    (_request, text, done) => {
      done(null, text);
    },
  );
}

function brokenJson(): Error {
  return invalidInput(
    'broken-json',
    'The body is not JSON, or a field of it is called __proto__ or constructor.prototype, which nothing here is.',
  );
}
