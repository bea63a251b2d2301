import type { Command, Help } from 'commander';
import { Option } from 'commander';
import { describeSettings } from '../../config/settings.js';
import { addCommand } from './command.js';

interface ServeOptions {
  readonly data?: string;
  readonly host?: string;
  readonly port?: string;
  readonly logLevel?: string;
}

/** `serve` */
export function addServe(program: Command): void {
  const serve = addCommand(program, {
    name: 'serve',
    summary: 'start the service',
    description:
      'Starts the service in this process, until it is interrupted. Every setting is an environment variable; some are options too.',
    examples: ['serve', 'serve --data /var/lib/tagalong --port 8080', 'serve --host 0.0.0.0 --log-level warn'],
  })
    .option('--data <directory>', 'directory of the embedded stores (TAGALONG_DATA_DIR)')
    .option('--host <address>', 'address to listen on (TAGALONG_HOST)')
    .option('--port <number>', 'port to listen on; 0 takes a free one (TAGALONG_PORT)')
    .addOption(
      new Option('--log-level <level>', 'how much is logged (TAGALONG_LOG_LEVEL)').choices([
        'trace',
        'debug',
        'info',
        'warn',
        'error',
        'silent',
      ]),
    )
    .addHelpText('after', () => `\nSettings:\n${settingLines(program.createHelp()).join('\n')}`);
  serve.action(async ({ data, host, port, logLevel }: ServeOptions) => {
    const settings = {
      TAGALONG_DATA_DIR: data,
      TAGALONG_HOST: host,
      TAGALONG_PORT: port,
      TAGALONG_LOG_LEVEL: logLevel,
    };
    for (const [name, value] of Object.entries(settings)) {
      if (value !== undefined) process.env[name] = value;
    }
    await import('../../main.js');
  });
}

const textWidth = 90;

function settingLines(help: Help): readonly string[] {
  const settings = describeSettings();
  const width = Math.max(...settings.map(({ name }) => name.length));
  return settings.flatMap(({ name, doc, default: value }) => {
    const [first = '', ...others] = help
      .boxWrap(value === '' ? doc : `${doc} (default: ${value})`, textWidth)
      .split('\n');
    return [`  ${name.padEnd(width)}  ${first}`, ...others.map((line) => `  ${' '.repeat(width)}  ${line}`)];
  });
}
