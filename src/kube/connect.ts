import { KubeClient, type ClientOptions } from './client.js';
import { Credentials } from './credentials.js';
import { loadKubeConfig, type KubeConfigOptions } from './kubeconfig.js';

/**
 * A client of the cluster that a kubeconfig names, or of the one that this pod runs in. It is separate from the client
 * itself because the library that reads kubeconfigs takes long to load.
 *
 * @throws UserError where the kubeconfig can't be read, or there is no cluster to talk to
 */
export function clusterClient(options: KubeConfigOptions & ClientOptions = {}): KubeClient {
  const { config, cluster } = loadKubeConfig(options);
  return new KubeClient(cluster, new Credentials(config), options);
}
