import { Command, CommanderError } from 'commander';
import { addAccounts } from './commands/accounts.js';
import { addAudit } from './commands/audit.js';
import { addBilling } from './commands/billing.js';
import { addCleanup } from './commands/cleanup.js';
import type { CommonOptions } from './commands/common-options.js';
import { addServiceOptions, addWorkspaceOption } from './commands/common-options.js';
import { addCompletion } from './commands/completion.js';
import { addContexts } from './commands/contexts.js';
import { addDelete } from './commands/delete.js';
import { addDeployments } from './commands/deployments.js';
import { addFeed } from './commands/feed.js';
import { addGet } from './commands/get.js';
import { addKeys } from './commands/keys.js';
import { addLogin } from './commands/login.js';
import { addMembers } from './commands/members.js';
import { addMigrateStore } from './commands/migrate-store.js';
import { addProjections } from './commands/projections.js';
import { addPush } from './commands/push.js';
import { addRequests } from './commands/requests.js';
import { addResolve } from './commands/resolve.js';
import { addCommands } from './commands/send.js';
import { addServe } from './commands/serve.js';
import { addServiceAccounts } from './commands/service-accounts.js';
import { addShare } from './commands/share.js';
import { addShares } from './commands/shares.js';
import { addUsage } from './commands/usage.js';
import { addWebhooks } from './commands/webhooks.js';
import { addWhoami } from './commands/whoami.js';
import { addWorkspaces } from './commands/workspaces.js';
import type { ExitCode } from './exit-codes.js';
import { exitCodeLines, exitCodes } from './exit-codes.js';
import { reportFailure } from './output/failure.js';
import { packageVersion } from '../config/version.js';
import type { World } from './world.js';

/** The whole command line. */
export function buildProgram(world: World): Command {
  const program = new Command('tagalong')
    .description('Share container images between the workspaces of a platform.')
    .version(packageVersion(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show what a command does')
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .exitOverride()
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => world.stdout.write(text),
      writeErr: (text) => world.stderr.write(text),
      getOutHelpWidth: () => world.stdout.columns ?? 100,
      getErrHelpWidth: () => world.stderr.columns ?? 100,
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    });
  addServiceOptions(addWorkspaceOption(program));

  program.commandsGroup('Images:');
  addPush(program, world);
  addGet(program, world);
  addShare(program, world);
  addShares(program, world);
  addRequests(program, world);
  addDelete(program, world);
  addCleanup(program, world);
  program.commandsGroup('Running them:');
  addDeployments(program, world);
  addResolve(program, world);
  addUsage(program, world);
  program.commandsGroup('What happened:');
  addFeed(program, world);
  addWebhooks(program, world);
  addAudit(program, world);
  addBilling(program, world);
  program.commandsGroup('Places and people:');
  addWorkspaces(program, world);
  addMembers(program, world);
  addServiceAccounts(program, world);
  addKeys(program, world);
  addAccounts(program, world);
  program.commandsGroup('The service:');
  addServe(program);
  addMigrateStore(program, world);
  addProjections(program, world);
  addCommands(program, world);
  program.commandsGroup('This command line:');
  addLogin(program, world);
  addContexts(program, world);
  addWhoami(program, world);
  addCompletion(program, world);
  program.helpCommand('help [command]', 'show what a command does');
  program.addHelpText(
    'after',
    `
Examples:
  $ tagalong login my-workspace --url https://tagalong.example.com
  $ tagalong push sandbox/my-template:v1 --oci-layout ./layout
  $ tagalong share image sandbox/my-template -w other-workspace
  $ tagalong get images -w other-workspace

Exit codes:
${exitCodeLines.map((line) => `  ${line}`).join('\n')}

Environment: TAGALONG_URL, TAGALONG_API_KEY, TAGALONG_WORKSPACE, TAGALONG_CONFIG; BL_API_URL, BL_API_KEY and BL_WORKSPACE
where those and a login are missing; NO_COLOR.`,
  );
  return program;
}

/**
 * Runs one command line, without the name of the program, and answers its exit code. What went wrong has been told by
 * then.
 */
export async function runCli(line: readonly string[], world: World): Promise<ExitCode> {
  const program = buildProgram(world);
  try {
    await program.parseAsync([...line], { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Commander has said it, in its own words.
    if (error instanceof CommanderError) return isAnswer(error) ? exitCodes.ok : exitCodes.usage;
    return reportFailure(error, world, isVerbose(program, line));
  }
}

function isAnswer({ code }: CommanderError): boolean {
  return code === 'commander.helpDisplayed' || code === 'commander.version';
}

function isVerbose(program: Command, line: readonly string[]): boolean {
  return program.opts<CommonOptions>().verbose === true || line.includes('-v') || line.includes('--verbose');
}
