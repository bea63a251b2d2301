import type { Command } from 'commander';
import { whoamiSchema } from '../api/wire.js';
import type { World } from '../world.js';
import { formatFields, formatTable } from '../output/table.js';
import { addCommand, inSession } from './command.js';

/** `whoami` */
export function addWhoami(program: Command, world: World): void {
  const whoami = addCommand(program, {
    name: 'whoami',
    summary: 'show who is logged in, where, and with which rights',
    examples: ['whoami', 'whoami -o json'],
  });
  whoami.action(
    inSession(whoami, 'reading', world, async (session) => {
      const [api, { baseUrl, workspace }] = [await session.api(), await session.target()];
      const me = await api.get('/whoami', whoamiSchema);
      const { colors } = session.printer;
      session.printer.result(me, () => {
        const fields = formatFields(
          [
            ['Principal', me.principal],
            ['Kind', me.kind],
            ['Address', baseUrl],
            ['Workspace', workspace],
          ],
          colors,
        );
        const workspaces = me.workspaces ?? [];
        if (workspaces.length === 0) return fields;
        const table = formatTable(
          [
            { title: 'WORKSPACE', value: ({ name }) => name },
            { title: 'ROLE', value: ({ role }) => role },
            { title: 'ACCOUNT', value: ({ accountId }) => accountId },
          ],
          workspaces,
          colors,
        );
        return `${fields}\n${table}`;
      });
    }),
  );
}
