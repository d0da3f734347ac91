import type { CanaryKey } from '../../domain/identity.js';
import type { SubmitAnswer } from '../../workflows/contract.js';
import { formatReleaseId, releasePath } from '../releases/id.js';
import type { Accepted } from '../schema/requests.js';

/** @param revision the one to release */
export function accepted(canary: CanaryKey, revision: string, answer: SubmitAnswer): Accepted {
  const id = formatReleaseId(canary, answer.runId);
  const { namespace, name } = canary;
  return { id, canary: { namespace, name }, revision, verdict: answer.verdict, location: releasePath(id) };
}
