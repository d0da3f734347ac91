import { KubeConfig, type Cluster } from '@kubernetes/client-node';
import { messageOf, UserError } from '../errors.js';

/** The library's cluster where it has found none. */
const NOWHERE = 'http://localhost:8080';

export interface KubeConfigOptions {
  /** Path of a kubeconfig; else KUBECONFIG, ~/.kube/config, or the account of the pod we run in. */
  readonly kubeconfig?: string;
  /** Context of the kubeconfig; its current one where undefined. */
  readonly context?: string;
}

/**
 * Finds out where the cluster is, and our identity there.
 *
 * @throws UserError where the kubeconfig can't be read, or names no cluster
 */
export function loadKubeConfig({ kubeconfig, context }: KubeConfigOptions): { config: KubeConfig; cluster: Cluster } {
  const given = kubeconfig ?? process.env['KUBECONFIG'];
  const config = read(
    kubeconfig,
    kubeconfig === undefined ? `KUBECONFIG=${given ?? ''}` : `--kubeconfig ${kubeconfig}`,
  );
  if (context !== undefined) config.setCurrentContext(context);
  const cluster = config.getCurrentCluster();
  const isGiven = given !== undefined && given !== '';
  if (cluster && (isGiven || cluster.server !== NOWHERE)) return { config, cluster };
  if (!isGiven) {
    throw new UserError('there is no kubeconfig, and this is no pod of a cluster: use --kubeconfig or KUBECONFIG');
  }
  throw new UserError(`${describe(config, context)} in the kubeconfig ${given}: ${remedy(config)}`);
}

function read(kubeconfig: string | undefined, source: string): KubeConfig {
  const config = new KubeConfig();
  try {
    if (kubeconfig === undefined) config.loadFromDefault();
    else config.loadFromFile(kubeconfig);
    return config;
  } catch (cause) {
    // For text that isn't YAML the library prints lines of it, which may hold a token.
    const [problem = ''] = messageOf(cause).split('\n');
    throw new UserError(`${source}: the kubeconfig can't be read: ${problem}`, { cause });
  }
}

function describe(config: KubeConfig, context: string | undefined): string {
  // The library doesn't report a missing context.
  const current = context ?? config.getCurrentContext();
  if (current === undefined || current === '') return 'there is no current context';
  return `there is no context "${current}" with a cluster`;
}

function remedy(config: KubeConfig): string {
  const known = (config.getContexts() as { name: string }[] | undefined)?.map(({ name }) => name) ?? [];
  return known.length === 0 ? 'it has no contexts at all' : `use --context with one of ${known.join(', ')}`;
}
