import type { Release } from '../../api/schema/release.js';
import { verdictOf } from '../../domain/narrative/verdict.js';
import type { ApiClient } from './api-client.js';

/** What became of a release that has ended, and why, in one sentence. */
export function verdictText(release: Release): string {
  const { verdict, outcome, run, reason = '', failedChecks = 0, record } = release;
  return verdict ?? verdictOf({ outcome: outcome ?? run, reason, failedChecks, record });
}

/** Of the newest release of a Canary that has ended; undefined where there is none, or it can't be told. */
export async function lastVerdict(client: ApiClient, namespace: string, name: string): Promise<string | undefined> {
  try {
    const [newest] = await client.history(namespace, name, 1, false);
    const release = newest && (await client.release(newest.id));
    return release?.ended === true ? verdictText(release) : undefined;
  } catch {
    // The status is told all the same: this only says why.
    return undefined;
  }
}
