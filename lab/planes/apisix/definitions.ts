import { parseManifest } from '../../kube/apply.js';
import type { KubeObject } from '../../../src/kube/object.js';
import { moduleFiles } from '../../tools/module-files.js';
import { APISIX_CONTROLLER, APISIX_CONTROLLER_MODULE } from '../programs.js';

const FOLDER = 'samples/deploy/crd/v1';
const KINDS = ['Route', 'Upstream', 'Tls', 'ClusterConfig', 'Consumer', 'PluginConfig', 'GlobalRule'];

/** The definitions of all kinds that APISIX' ingress controller reads, as its project publishes them. */
export async function apisixDefinitions(): Promise<KubeObject[]> {
  const texts = await moduleFiles({
    module: APISIX_CONTROLLER_MODULE,
    version: `v${APISIX_CONTROLLER}`,
    files: KINDS.map((kind) => `${FOLDER}/Apisix${kind}.yaml`),
  });
  return texts.flatMap(parseManifest);
}
