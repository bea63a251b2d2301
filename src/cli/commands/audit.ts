import type { Command } from 'commander';
import type { World } from '../world.js';
import { addAuditEvents } from './audit-events.js';
import { addAuditExport } from './audit-export.js';
import { addAuditReplay } from './audit-replay.js';
import { addAuditVerify } from './audit-verify.js';
import { addGroup } from './command.js';

/** `audit events|export|verify|replay` */
export function addAudit(program: Command, world: World): void {
  const group = addGroup(program, {
    name: 'audit',
    summary: 'what happened: who, when, through what, and why',
    examples: [
      'audit events --image sandbox/my-template',
      'audit export --out events.ndjson',
      'audit verify',
      'audit replay --to 2026-09-01T12:00:00Z',
    ],
  });
  addAuditEvents(group, world);
  addAuditExport(group, world);
  addAuditVerify(group, world);
  addAuditReplay(group, world);
}
