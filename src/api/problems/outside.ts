import { messageOf, RefusedError, TransientError, UserError } from '../../errors.js';
import { KubeError } from '../../kube/kube-error.js';
import { Problem } from './problem.js';

/**
 * Makes a request to Kubernetes.
 *
 * @throws Problem where Kubernetes can't be reached, the target can't be used, or Serinus' own account lacks permission
 */
export async function askKubernetes<T>(ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof TransientError) throw new Problem('kubernetes-unreachable', error.message);
    if ((error instanceof KubeError || error instanceof RefusedError) && [401, 403].includes(error.status)) {
      throw new Problem('missing-permission', error.message, {
        remedy: 'grant the right to the account that the API runs as',
      });
    }
    if (error instanceof UserError) throw new Problem('target-missing', error.message);
    throw error;
  }
}

/** The problem for a failed call of Temporal. */
export function temporalProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
  return new Problem('temporal-unreachable', `Temporal could not answer: ${messageOf(error)}${cause}`, {
    remedy: 'check that the Temporal server runs and that --temporal-address names it, then try again',
  });
}
