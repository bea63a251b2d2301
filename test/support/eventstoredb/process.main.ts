import type { z } from 'zod';
import { EventStoreDbCluster } from './cluster.js';
import { LogDatabase } from './log-database.js';
import { processOptions, processRequest } from './process-commands.js';
import type { processCommand, ProcessState } from './process-commands.js';
import type { EventStoreDbServer } from './server.js';

type Command = z.output<typeof processCommand>;

/**
 * A server, or a cluster over one log, in a process of its own: it says how to connect, takes commands from its parent,
 * and ends with it.
 */
const { nodes, liveBuffer } = processOptions.parse(JSON.parse(process.argv[2] ?? '{"nodes":1}'));
const cluster = await EventStoreDbCluster.start({ nodes, ...(liveBuffer === undefined ? {} : { liveBuffer }) });

process.on('disconnect', () => process.exit(0));
process.on('message', (message) => {
  void answer(message);
});
process.send?.({ id: 0, state: state() });

async function answer(message: unknown): Promise<void> {
  const { id, command } = processRequest.parse(message);
  try {
    await obey(command);
    process.send?.({ id, state: state() });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
}

async function obey(command: Command): Promise<void> {
  switch (command.kind) {
    case 'freeze':
      nodeAt(command.node).freeze();
      break;
    case 'thaw':
      nodeAt(command.node).thaw();
      break;
    case 'drop-connections':
      nodeAt(command.node).dropConnections();
      break;
    case 'end-subscriptions':
      nodeAt(command.node).endSubscriptions();
      break;
    case 'drop-subscriptions':
      nodeAt(command.node).dropSubscriptions();
      break;
    case 'end-calls':
      nodeAt(command.node).endCalls();
      break;
    case 'set-ready':
      nodeAt(command.node).setReady(command.ready);
      break;
    case 'delay-answers':
      nodeAt(command.node).delayAnswers(command.milliseconds);
      break;
    case 'decree':
      nodeAt(command.node).decree(command.fate, command.count);
      break;
    case 'stop':
      await nodeAt(command.node).stop();
      break;
    case 'start-again':
      await nodeAt(command.node).startAgain(command.emptied ? { database: new LogDatabase() } : {});
      break;
    case 'kill-leader':
      await cluster.killLeader();
      break;
    case 'freeze-leader':
      cluster.freezeLeader();
      break;
    case 'notice-death':
      cluster.noticeDeath();
      break;
    case 'elect':
      cluster.elect(command.node === undefined ? undefined : nodeAt(command.node));
      break;
    case 'fail-over':
      await cluster.failOver(command);
      break;
    case 'revive':
      await cluster.revive(nodeAt(command.node));
      break;
    case 'state':
      break;
  }
}

function nodeAt(index: number): EventStoreDbServer {
  const node = cluster.nodes[index];
  if (node === undefined) throw new Error(`there is no node ${index}; the cluster has ${cluster.nodes.length}`);
  return node;
}

function state(): ProcessState {
  return {
    connectionString: cluster.connectionString,
    leader: cluster.nodes.findIndex((node) => cluster.leads(node)),
    records: nodeAt(0).database.length,
    connections: cluster.nodes.map(({ connections }) => connections),
  };
}
