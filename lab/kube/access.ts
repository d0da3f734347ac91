import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { z } from 'zod';
import { KubeClient } from '../../src/kube/client.js';
import { waitFor } from '../process/wait.js';

const accessSchema = z.object({
  /** `https://127.0.0.1:PORT` */
  server: z.url(),
  /** The certificate to trust, as PEM text. */
  certificate: z.string(),
  /** The bearer token; it is also what says who is asking. */
  token: z.string(),
});

/** What it takes to talk to the lab's API server as one user. */
export type KubeAccess = z.infer<typeof accessSchema>;

const FIELD_MANAGER = 'serinus-lab';

/**
 * A client of the lab's API server. No kubeconfig is read for it: the lab starts three processes that need one, and what
 * reads kubeconfigs takes ten times as long to load as the client itself.
 */
export function clientWith(access: KubeAccess, userAgent = 'serinus-lab'): KubeClient {
  const agent = new Agent({ keepAlive: true, ca: access.certificate });
  const authentication = { agent, headers: { Authorization: `Bearer ${access.token}` } };
  const credentials = { current: () => Promise.resolve(authentication), forget: () => undefined };
  return new KubeClient(access, credentials, { userAgent, fieldManager: FIELD_MANAGER });
}

/** Writes an access file in one step: whoever waits for it never reads half of it. */
export function writeAccess(file: string, access: KubeAccess): void {
  const draft = `${file}.draft`;
  writeFileSync(draft, JSON.stringify(access), { mode: 0o600 });
  renameSync(draft, file);
}

/**
 * Reads an access file, waiting for it to appear: the lab's own processes are started while the API
 * server still boots, and the file is written when it serves.
 */
export async function readAccess(file: string, timeoutMs = 60_000): Promise<KubeAccess> {
  await waitFor(`the access file ${file}`, () => Promise.resolve(existsSync(file) || undefined), { timeoutMs });
  return accessSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
}
