import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { stringify } from 'yaml';
import { buildApi } from '../../../src/api/build.js';
import type { ApiOptions } from '../../../src/api/options.js';
import type { App } from '../../../src/api/routes/app.js';
import { clusterClient } from '../../../src/kube/connect.js';
import { testDependencies, type Line } from './api-bench.js';

/** Nobody listens there. */
const NOWHERE = '127.0.0.1:9';

/** The API with no server to talk to: what it answers by itself, and how it says that it can't. */
export function offlineApi(options: Partial<ApiOptions> = {}): { app: App; log: Line[]; close: () => Promise<void> } {
  const directory = mkdtempSync(join(tmpdir(), 'serinus-api-'));
  const kubeconfig = join(directory, 'kubeconfig');
  writeFileSync(kubeconfig, stringify(kubeconfigFor(`https://${NOWHERE}`)));
  const connection = Connection.lazy({ address: NOWHERE, connectTimeout: 500 });
  const log: Line[] = [];
  const client = new Client({ connection });
  const deps = testDependencies(clusterClient({ kubeconfig }), 'test', 'offline', client, log);
  const app = buildApi(deps, client, {
    authentication: { kind: 'none' },
    version: 'test',
    readMs: 500,
    workerMs: 300,
    ...options,
  });
  const close = async (): Promise<void> => {
    await app.close();
    await deps.cache.stop();
    await connection.close();
    rmSync(directory, { recursive: true });
  };
  return { app, log, close };
}

function kubeconfigFor(server: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'it',
    clusters: [{ name: 'it', cluster: { server } }],
    users: [{ name: 'it', user: { token: 'secret-of-serinus' } }],
    contexts: [{ name: 'it', context: { cluster: 'it', user: 'it' } }],
  };
}
