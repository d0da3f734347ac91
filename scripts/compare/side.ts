import { setTimeout as sleep } from 'node:timers/promises';
import { parseStatus } from '../../src/crds/status.js';
import type { KubeClient } from '../../src/kube/client.js';
import type { KubeObject, ResourceType } from '../../src/kube/object.js';
import {
  CANARIES,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  DEPLOYMENTS,
  EVENTS,
  HORIZONTAL_POD_AUTOSCALERS,
  LEASES,
  SERVICES,
} from '../../src/kube/object.js';
import { APISIX_ROUTES } from '../../src/routers/apisix/route.js';
import { objectsOf, type Scenario } from './scenarios.js';

const NAMESPACES: ResourceType = { apiVersion: 'v1', kind: 'Namespace', plural: 'namespaces' };
const KINDS = [
  DEPLOYMENTS,
  SERVICES,
  APISIX_ROUTES,
  HORIZONTAL_POD_AUTOSCALERS,
  CONFIG_MAPS,
  CONTROLLER_REVISIONS,
  LEASES,
];
const APP = 'podinfo';
const PHASE_TIMEOUT_MS = 600_000;
const LOOK_EVERY_MS = 250;

/** What a controller has made of a scenario, as it is stored. */
export interface Outcome {
  readonly objects: readonly KubeObject[];
  readonly canary: KubeObject;
  readonly events: readonly KubeObject[];
  /** Every status that was seen, in order, without what hasn't changed: what a dashboard would have shown. */
  readonly statuses: readonly unknown[];
  readonly seconds: { readonly initialisation: number; readonly release: number };
}

/** One of the two controllers at work on a scenario, in a namespace of its own. */
export class Side {
  private readonly statuses: unknown[] = [];

  constructor(
    private readonly kube: KubeClient,
    private readonly scenario: Scenario,
    readonly namespace: string,
  ) {}

  get host(): string {
    return `${this.namespace}.example.com`;
  }

  async prepare(): Promise<void> {
    const metadata = { name: this.namespace };
    await this.kube.create(NAMESPACES, { apiVersion: 'v1', kind: 'Namespace', metadata });
  }

  /** Applies the scenario's objects, releases its version, and reads what is there when that is over. */
  async play(): Promise<Outcome> {
    const began = Date.now();
    for (const object of objectsOf(this.scenario, this.namespace, this.host)) {
      await this.kube.apply(typeOf(object), object);
    }
    await this.phase('Initialized');
    const initialised = Date.now();
    const image = `stefanprodan/podinfo:${this.scenario.tag}`;
    const patch = { spec: { template: { spec: { containers: [{ name: 'podinfod', image }] } } } };
    await this.kube.patch(DEPLOYMENTS, 'strategic', this.namespace, APP, patch);
    await this.phase(this.scenario.ends);
    const seconds = {
      initialisation: Math.round((initialised - began) / 1000),
      release: Math.round((Date.now() - initialised) / 1000),
    };
    // The last Events and clean-ups come after the status.
    await sleep(3_000);
    return { ...(await this.read()), statuses: this.statuses, seconds };
  }

  private async phase(wanted: string): Promise<void> {
    const deadline = Date.now() + PHASE_TIMEOUT_MS;
    for (;;) {
      const canary = await this.kube.get(CANARIES, this.namespace, APP);
      this.see(canary);
      const { phase } = parseStatus(canary?.['status']);
      if (phase === wanted) return;
      if (Date.now() > deadline) throw new Error(`${this.namespace}: ${phase} instead of ${wanted} in time`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  private see(canary: KubeObject | undefined): void {
    const { phase, canaryWeight, iterations, failedChecks, conditions } = parseStatus(canary?.['status']);
    // Nobody has written anything yet.
    if (phase === '') return;
    const condition = conditions.map((c) => `${c.type}=${c.status} ${c.reason}: ${c.message ?? ''}`).join('; ');
    const seen = { phase, canaryWeight, iterations, failedChecks, condition };
    if (JSON.stringify(seen) !== JSON.stringify(this.statuses.at(-1))) this.statuses.push(seen);
  }

  private async read(): Promise<Pick<Outcome, 'objects' | 'canary' | 'events'>> {
    const list = async (type: ResourceType) => {
      const { items } = await this.kube.list(type, { namespace: this.namespace });
      return items.map((item) => ({ ...item, apiVersion: type.apiVersion, kind: type.kind }));
    };
    const canary = await this.kube.get(CANARIES, this.namespace, APP);
    if (!canary) throw new Error(`${this.namespace}: the Canary is gone`);
    const events = await this.kube.list(EVENTS, {
      namespace: this.namespace,
      fieldSelector: 'involvedObject.kind=Canary',
    });
    return { objects: (await Promise.all(KINDS.map(list))).flat(), canary, events: events.items };
  }
}

function typeOf({ kind }: KubeObject): ResourceType {
  const type = [...KINDS, CANARIES].find((known) => known.kind === kind);
  if (!type) throw new Error(`the comparison knows no ${kind}`);
  return type;
}
