import type { Provider } from '@nestjs/common';

import { CommandDoor } from '../command-bus/broker/command-door.js';
import { QueryDoor } from '../command-bus/broker/query-door.js';
import { SenderCheck } from '../command-bus/broker/sender-check.js';
import { SenderRates } from '../command-bus/broker/sender-rates.js';
import type { Tagalong } from './tagalong.js';

/** What answers the messages of a broker; nothing when there is none. */
export function brokerProviders(service: Tagalong): Provider[] {
  const { bus, queries, serving, logger, link, authenticator, config, clock } = service;
  if (link === undefined) return [];
  const senders = new SenderCheck(authenticator, new SenderRates(config.rateLimit, () => clock.now()));
  const via = `bus-${link.name}`;
  return [
    { provide: CommandDoor, useValue: new CommandDoor({ bus, senders, serving, via, logger }) },
    { provide: QueryDoor, useValue: new QueryDoor({ queries, senders, serving, logger }) },
  ];
}
