import { SetMetadata, applyDecorators } from '@nestjs/common';
import type { AccessLevel, AccessRule } from './access-rule.js';
import { accessDocs } from './openapi/access-docs.js';

export const accessRuleKey = 'tagalong:access';

/** Declares who may call a route, to the guard and to the OpenAPI document. Every route must: one without is refused to everybody. */
export function Access(level: AccessLevel, options: Omit<AccessRule, 'level'> = {}): MethodDecorator & ClassDecorator {
  const rule: AccessRule = { level, ...options };
  return applyDecorators(SetMetadata(accessRuleKey, rule), accessDocs(rule));
}
