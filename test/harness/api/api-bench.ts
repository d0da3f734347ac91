import type { Client } from '@temporalio/client';
import type { WorkflowBundleOption } from '@temporalio/worker';
import type { Dependencies } from '../../../src/dependencies.js';
import type { Logger } from '../../../src/logging.js';
import { buildApi } from '../../../src/api/build.js';
import type { ApiOptions } from '../../../src/api/options.js';
import type { App } from '../../../src/api/routes/app.js';
import { applyCrds } from '../../../src/cli/install-crds.js';
import type { KubeClient } from '../../../src/kube/client.js';
import { DEFAULT_SETTINGS } from '../../../src/settings.js';
import { TemporalSubmissions } from '../../../src/temporal/submissions.js';
import { wire } from '../../../src/processes/wiring.js';
import { workflowBundle } from '../../../src/worker/bundle.js';
import { openCluster } from '../kubernetes/cluster.js';
import { openBench, type WorkflowBench } from '../temporal/workflow-bench.js';
import { ApiCluster } from './cluster.js';

/** One line of a log. */
export type Line = Readonly<Record<string, unknown>> & { readonly message: string };

export interface ApiBench {
  readonly app: App;
  readonly world: ApiCluster;
  readonly deps: Dependencies;
  readonly client: Client;
  readonly cluster: string;
  /** What was logged, oldest first. */
  readonly log: Line[];
  readonly worker: Pick<WorkflowBench, 'start' | 'stopWorkers'>;
  /** Another process of the API over the same servers. */
  another(options?: Partial<ApiOptions>): App;
  close(): Promise<void>;
}

/** So that a worker which is there has answered, however busy the machine is. */
const PATIENT = { readMs: 30_000, workerMs: 60_000 };

let bundle: Promise<WorkflowBundleOption> | undefined;

/** The API with a namespace and a cluster name of its own, and a worker. */
export async function openApi(options: Partial<ApiOptions> = {}): Promise<ApiBench> {
  const cluster = await openCluster();
  await applyCrds(cluster.client);
  const world = new ApiCluster(cluster.client, cluster.namespace);
  bundle ??= workflowBundle();
  const bench = await openBench(world.activities, undefined, await bundle);
  const log: Line[] = [];
  const deps: Dependencies = {
    ...testDependencies(cluster.client, cluster.namespace, bench.canary.cluster, bench.client, log),
    submissions: new TemporalSubmissions(bench.client, {
      leaseSeconds: DEFAULT_SETTINGS.leaseSeconds,
      answerMs: PATIENT.workerMs,
    }),
  };
  const apps: App[] = [];
  const another = (more: Partial<ApiOptions> = {}): App => {
    const app = buildApi(deps, bench.client, {
      authentication: { kind: 'none' },
      version: 'test',
      ...PATIENT,
      ...options,
      ...more,
    });
    apps.push(app);
    return app;
  };
  await bench.start();
  return {
    app: another(),
    world,
    deps,
    client: bench.client,
    cluster: bench.canary.cluster,
    log,
    worker: bench,
    another,
    close: async () => {
      await Promise.all(apps.map((app) => app.close()));
      await deps.cache.stop();
      await bench.close();
      await cluster.close();
    },
  };
}

/** What the API works with. */
export function testDependencies(
  kube: KubeClient,
  namespace: string | undefined,
  clusterName: string,
  temporal: Client,
  log: Line[] = [],
): Dependencies {
  return wire(kube, temporal, { ...DEFAULT_SETTINGS, clusterName, namespace }, recorder(log));
}

/** Keeps what is logged. */
export function recorder(lines: Line[]): Logger {
  const write = (fields: Readonly<Record<string, unknown>>, message: string): void =>
    void lines.push({ ...fields, message });
  return { info: write, warn: write, error: write, debug: write };
}
