import type { Release } from '../../api/schema/release.js';
import { verdictOf } from '../../domain/narrative/verdict.js';
import type { ApiClient } from './api-client.js';

/** The outcome of an ended release, and why, in one sentence. */
export function verdictText(release: Release): string {
  const { verdict, outcome, run, reason = '', failedChecks = 0, record } = release;
  return verdict ?? verdictOf({ outcome: outcome ?? run, reason, failedChecks, record });
}

/** For the newest ended release of a Canary; undefined where there is none, or it is unknown. */
export async function lastVerdict(client: ApiClient, namespace: string, name: string): Promise<string | undefined> {
  try {
    const [newest] = await client.history(namespace, name, 1, false);
    const release = newest && (await client.release(newest.id));
    return release?.ended === true ? verdictText(release) : undefined;
  } catch {
    // The status is shown all the same: this only explains it.
    return undefined;
  }
}
