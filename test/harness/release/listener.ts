import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { ALERT_PROVIDERS, SECRETS } from '../../../src/kube/object.js';
import { appCanary } from './objects.js';
import type { ReleaseScene } from './scene.js';

interface Heard {
  readonly path: string;
  readonly key: string;
  readonly body: string;
}

/** Somebody who listens; may be closed, and opened again at the same port. */
export class Listener {
  readonly heard: Heard[] = [];
  /** For answers; undefined = never. */
  status: number | undefined = 200;
  private server = createServer(this.listener);
  private port = 0;

  static async open(t: TestContext): Promise<Listener> {
    const listener = new Listener();
    await listener.listen();
    t.after(() => listener.close());
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Messages of events at a path, repetitions left out. */
  events(path = '/events'): string[] {
    const at = this.heard.filter((one) => one.path === path);
    const texts = new Map(at.map(({ key, body }) => [key, messageOf(body)]));
    return [...texts.values()];
  }

  async listen(): Promise<void> {
    this.server = createServer(this.listener);
    await new Promise<void>((resolve) => this.server.listen(this.port, '127.0.0.1', resolve));
    this.port = (this.server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise<void>((resolve) => this.server.close(() => resolve()));
  }

  private get listener(): RequestListener {
    return (request, response) => {
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const { url = '', headers } = request;
        if (this.status === undefined) return;
        if (this.status < 300) this.heard.push({ path: url, key: String(headers['idempotency-key']), body });
        response.writeHead(this.status).end();
      });
    };
  }
}

function messageOf(body: string): string {
  const { metadata } = JSON.parse(body) as { metadata: { eventType: string; eventMessage: string } };
  return `[${metadata.eventType}] ${metadata.eventMessage}`;
}

/** A Canary of which everybody is notified, whose analysis takes its time. */
export async function notifyingCanary(world: ReleaseScene, listener: Listener, analysis: Record<string, unknown> = {}) {
  await world.kube.create(SECRETS, {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'chat', namespace: world.namespace },
    ['stringData']: { address: `${listener.url}/alerts/T0secret` },
  });
  await world.kube.create(ALERT_PROVIDERS, {
    apiVersion: 'flagger.app/v1beta1',
    kind: 'AlertProvider',
    metadata: { name: 'chat', namespace: world.namespace },
    spec: { type: 'slack', channel: 'ops', secretRef: { name: 'chat' } },
  });
  const webhooks = [
    { name: 'bell', type: 'event', url: `${listener.url}/events`, timeout: '3s' },
    { name: 'report', type: 'post-rollout', url: `${listener.url}/report`, timeout: '3s' },
  ];
  const alerts = [{ name: 'chat', severity: 'info', providerRef: { name: 'chat' } }];
  return appCanary(world.app, {}, { metrics: [], webhooks, alerts, ...analysis });
}
