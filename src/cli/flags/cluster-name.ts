import { InvalidArgumentError } from 'commander';
import { canaryOfWorkflow, workflowIdOf } from '../../workflows/contract.js';

/**
 * The name of a cluster as a flag gives it. It stands between slashes in every workflow id, so it has none itself.
 *
 * @throws InvalidArgumentError for a name by which no workflow could be told
 */
export function clusterName(text: string): string {
  const key = { cluster: text, namespace: 'namespace', name: 'name' };
  if (text !== '' && canaryOfWorkflow(workflowIdOf(key))?.cluster === text) return text;
  throw new InvalidArgumentError('It names the cluster in workflow ids: it must not be empty, nor contain a slash.');
}
