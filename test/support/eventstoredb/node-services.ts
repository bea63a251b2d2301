import type { EventEmitter } from 'node:events';
import gossip from '@eventstore/db-client/generated/gossip_pb.js';
import gossipService from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import featuresService from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamsService from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { IGossipServer } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type { IServerFeaturesServer } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { IStreamsServer } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { Server } from '@grpc/grpc-js';
import { serveAppend } from './append-call.js';
import { serveBatchAppend } from './batch-append-call.js';
import { serveDelete, serveTombstone } from './delete-calls.js';
import type { NodeContext } from './node-context.js';
import { serveRead } from './read-call.js';

const { FOLLOWER, LEADER } = gossip.MemberInfo.VNodeState;
const ticksPerMillisecond = 10_000n;

const supportedMethods: readonly (readonly [service: string, method: string, features: readonly string[]])[] = [
  ['event_store.client.streams.streams', 'read', ['position', 'events']],
  ['event_store.client.streams.streams', 'append', []],
  ['event_store.client.streams.streams', 'batchappend', ['deadline_duration']],
  ['event_store.client.streams.streams', 'delete', []],
  ['event_store.client.streams.streams', 'tombstone', []],
  ['event_store.client.gossip.gossip', 'read', []],
];

/** The services of one node, not yet reachable. */
export function nodeServices(node: NodeContext): Server {
  const server = new Server();
  const streams: IStreamsServer = {
    read: (call) => {
      keep(node, call);
      void serveRead(node, call);
    },
    append: (call, answer) => {
      serveAppend(node, call, answer);
    },
    batchAppend: (call) => {
      keep(node, call);
      serveBatchAppend(node, call);
    },
    delete: (call, answer) => {
      serveDelete(node, call, answer);
    },
    tombstone: (call, answer) => {
      serveTombstone(node, call, answer);
    },
  };
  const serverFeatures: IServerFeaturesServer = {
    getSupportedMethods: (_call, answer) => {
      answer(null, methodsResponse());
    },
  };
  const gossiping: IGossipServer = {
    read: (_call, answer) => {
      answer(null, membersResponse(node));
    },
  };
  server.addService(streamsService.StreamsService, streams);
  server.addService(featuresService.ServerFeaturesService, serverFeatures);
  server.addService(gossipService.GossipService, gossiping);
  return server;
}

function keep({ calls }: NodeContext, call: EventEmitter): void {
  calls.add(call);
  const forget = (): void => {
    calls.delete(call);
  };
  call.once('cancelled', forget).once('finish', forget).once('error', forget);
}

function methodsResponse(): features.SupportedMethods {
  return new features.SupportedMethods().setEventStoreServerVersion('23.10.8').setMethodsList(
    supportedMethods.map(([service, method, names]) =>
      new features.SupportedMethod()
        .setServiceName(service)
        .setMethodName(method)
        .setFeaturesList([...names]),
    ),
  );
}

function membersResponse({ members }: NodeContext): gossip.ClusterInfo {
  const timeStamp = (BigInt(Date.now()) * ticksPerMillisecond).toString();
  return new gossip.ClusterInfo().setMembersList(
    members.map(({ instanceId, endpoint, leader, alive }) =>
      new gossip.MemberInfo()
        .setInstanceId(new shared.UUID().setString(instanceId))
        .setTimeStamp(timeStamp)
        .setState(leader ? LEADER : FOLLOWER)
        .setIsAlive(alive)
        .setHttpEndPoint(new gossip.EndPoint().setAddress(endpoint.host).setPort(endpoint.port)),
    ),
  );
}
