import { randomUUID } from 'node:crypto';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { ServerResponse } from 'node:http';
import type { KubeClient } from '../../../src/kube/client.js';
import { PODS, type ResourceType } from '../../../src/kube/object.js';
import { selfSigned } from '../http/self-signed.js';

const NODES: ResourceType = { apiVersion: 'v1', kind: 'Node', plural: 'nodes' };

/** What is asked of a container's log. */
export interface LogAsked {
  readonly pod: string;
  readonly container: string;
  readonly query: URLSearchParams;
}

/** A node whose kubelet says what it is told to: the API server itself asks it for logs of pods that are put there. */
export class TestNode {
  readonly asked: LogAsked[] = [];

  private constructor(
    private readonly client: KubeClient,
    private readonly name: string,
    private readonly stop: () => Promise<void>,
  ) {}

  static async open(client: KubeClient, log: (asked: LogAsked, response: ServerResponse) => void): Promise<TestNode> {
    const name = `node-${randomUUID().slice(0, 8)}`;
    const server = createServer(selfSigned(name), (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'https://node');
      const [, , , pod = '', container = ''] = pathname.split('/');
      const asked = { pod, container, query: searchParams };
      node.asked.push(asked);
      log(asked, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const node = new TestNode(client, name, async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    });
    await client.create(NODES, { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { unschedulable: true } });
    const status = {
      addresses: [{ type: 'Hostname', address: '127.0.0.1' }],
      daemonEndpoints: { kubeletEndpoint: { Port: (server.address() as AddressInfo).port } },
      conditions: [{ type: 'Ready', status: 'True', reason: 'Test', message: 'is one' }],
    };
    await client.patch(NODES, 'merge', undefined, name, { status }, { subresource: 'status' });
    return node;
  }

  /** A pod that runs here. */
  async pod(
    namespace: string,
    name: string,
    { labels, containers = ['app'], ready = true, restarts = 0 }: PodOptions,
  ): Promise<void> {
    await this.client.create(PODS, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace, labels },
      spec: {
        nodeName: this.name,
        terminationGracePeriodSeconds: 0,
        tolerations: [{ operator: 'Exists' }],
        containers: containers.map((one) => ({ name: one, image: 'lab/http-echo:1' })),
      },
    });
    const state = { running: { startedAt: new Date().toISOString() } };
    const containerStatuses = containers.map((one) => ({
      ...{ name: one, ready, restartCount: restarts, image: 'lab/http-echo:1', imageID: '', state },
    }));
    const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False' }];
    const status = { phase: 'Running', conditions, containerStatuses };
    await this.client.patch(PODS, 'merge', namespace, name, { status }, { subresource: 'status' });
  }

  async close(): Promise<void> {
    await this.client.delete(NODES, undefined, this.name);
    await this.stop();
  }
}

interface PodOptions {
  readonly labels: Readonly<Record<string, string>>;
  readonly containers?: readonly string[];
  readonly ready?: boolean;
  readonly restarts?: number;
}
