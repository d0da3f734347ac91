import { InvalidArgumentError } from 'commander';
import { canaryOfWorkflow, workflowIdOf } from '../../workflows/contract.js';

/**
 * The name of a cluster from a flag. It is between slashes in every workflow id, so it contains none itself.
 *
 * @throws InvalidArgumentError for a name that would make workflow ids ambiguous
 */
export function clusterName(text: string): string {
  const key = { cluster: text, namespace: 'namespace', name: 'name' };
  if (text !== '' && canaryOfWorkflow(workflowIdOf(key))?.cluster === text) return text;
  throw new InvalidArgumentError('It names the cluster in workflow ids: it must not be empty, nor contain a slash.');
}
