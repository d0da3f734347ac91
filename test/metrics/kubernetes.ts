import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clusterApi } from '../../src/checks/cluster-api.js';
import { clusterClient } from '../../src/kube/connect.js';
import type { ProviderEnvironment } from '../../src/metrics/environment.js';
import { json, type Answer } from '../harness/http/server.js';

/** What Serinus finds in a cluster whose API server is at that address, and lets it in with this token. */
export function clusterAt(address: string | undefined, token: string): ProviderEnvironment {
  const folder = mkdtempSync(join(tmpdir(), 'serinus-kubeconfig-'));
  const kubeconfig = join(folder, 'config');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'c', cluster: { server: address, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  try {
    return { environment: {}, cluster: clusterApi(clusterClient({ kubeconfig })) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** How an API server shows a failure. */
export const status = (code: number, reason: string, message: string): Answer =>
  json(code, { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message });
