import { applyDecorators } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { ValidateBy, buildMessage } from 'class-validator';
import type { ValidationOptions } from 'class-validator';
import { z } from 'zod';
import { accountIdField } from '../vocabulary/field-schemas.js';
import { textRule } from '../http/field-rules.js';
import { isEmail } from './domain/email.js';
import { isLifetime, lifetimePattern } from './domain/lifetime.js';
import { clientIdPattern, isClientId, isSub, subPattern } from './domain/principal-name.js';
import { isAccountId } from './domain/workspace.stream.js';

const mostLabels = 64;
const labelKey = /^[a-zA-Z0-9]([a-zA-Z0-9._/-]{0,61}[a-zA-Z0-9])?$/;
const longestLabel = 255;
const keyIdPattern = /^[A-Za-z0-9]{8,32}$/;
const memberPattern = /^[\x21-\x7e]{1,320}$/;
const notPlain = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u;

/** The client id of a service account, as answers show it. */
export const clientIdField = z
  .string()
  .regex(clientIdPattern)
  .meta({ examples: ['sa_7bQ2'] });

/** The id of an account. */
export const AccountId = textRule(
  'accountId',
  isAccountId,
  'must be an account id: 1 to 63 characters of a-z, A-Z, 0-9 and inner - and _',
  accountIdField,
);

/** A name for people: one line, not blank. */
export const DisplayName = textRule(
  'displayName',
  (text) => text.length <= 128 && text.trim() !== '' && !notPlain.test(text),
  'must be one line of 1 to 128 characters',
  z.string().min(1).max(128),
);

/** A few words for people: one line, may be empty. */
export const Description = textRule(
  'description',
  (text) => text.length <= 1_000 && !notPlain.test(text),
  'must be one line of up to 1000 characters',
  z.string().max(1_000),
);

/** An e-mail address. */
export const Email = textRule(
  'email',
  isEmail,
  'must be an e-mail address',
  z.string().max(254).meta({ format: 'email' }),
);

/** The `sub` of a user's tokens. */
export const Sub = textRule(
  'sub',
  isSub,
  'must be the sub of a user: 1 to 255 visible ASCII characters',
  z.string().regex(subPattern),
);

/** The client id of a service account. */
export const ClientId = textRule(
  'clientId',
  isClientId,
  'must be a client id: sa_ followed by 1 to 60 letters or digits',
  clientIdField,
);

/** The id of an API key. */
export const KeyId = textRule(
  'keyId',
  (text) => keyIdPattern.test(text),
  'must be a key id: 8 to 32 letters or digits',
  z.string().regex(keyIdPattern),
);

/** A `sub`, a client id, the name of a principal or an e-mail address. */
export const MemberReference = textRule(
  'member',
  (text) => memberPattern.test(text),
  'must be the sub, e-mail address or client id of a member: 1 to 320 visible ASCII characters',
  z.string().regex(memberPattern),
);

/** How long a key lives. */
export const Lifetime = textRule(
  'lifetime',
  isLifetime,
  'must be a number of hours, days or weeks: 24h, 30d or 1w',
  z
    .string()
    .regex(lifetimePattern)
    .meta({ examples: ['30d'] }),
);

/** Words for sorting and finding: an object of strings. */
export function Labels(options?: ValidationOptions): PropertyDecorator {
  return applyDecorators(
    ValidateBy(
      {
        name: 'labels',
        validator: {
          validate: isLabels,
          defaultMessage: buildMessage(
            (each) =>
              `${each}$property must be an object of up to ${mostLabels} labels: keys of 1 to 63 characters of letters, digits and inner . _ / -, values of up to ${longestLabel} characters`,
            options,
          ),
        },
      },
      options,
    ),
    ApiProperty({
      type: 'object',
      additionalProperties: { type: 'string', maxLength: longestLabel },
      maxProperties: mostLabels,
      example: { team: 'platform' },
    }),
  );
}

function isLabels(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(value);
  return (
    entries.length <= mostLabels &&
    entries.every(
      ([key, label]) =>
        labelKey.test(key) && typeof label === 'string' && label.length <= longestLabel && !notPlain.test(label),
    )
  );
}
