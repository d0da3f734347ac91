import { parseManifest } from '../../kube/apply.js';
import { CONTOUR, CONTOUR_MODULE } from '../programs.js';
import { moduleFiles, type ModuleFiles } from '../../tools/module-files.js';
import type { KubeObject } from '../../../src/kube/object.js';

/** The version of the Gateway API that this Contour is built with. */
const GATEWAY_API = 'v1.3.0';
const STANDARD = 'config/crd/standard/gateway.networking.k8s.io_';
const KINDS = ['gatewayclasses', 'gateways', 'httproutes', 'grpcroutes', 'referencegrants'];

const SOURCES: readonly ModuleFiles[] = [
  { module: CONTOUR_MODULE, version: `v${CONTOUR}`, files: ['examples/contour/01-crds.yaml'] },
  { module: 'sigs.k8s.io/gateway-api', version: GATEWAY_API, files: KINDS.map((kind) => `${STANDARD}${kind}.yaml`) },
];

/** The definitions of all kinds that Contour reads, as their projects publish them. */
export async function contourDefinitions(): Promise<KubeObject[]> {
  const texts = await Promise.all(SOURCES.map(moduleFiles));
  return texts.flat().flatMap(parseManifest);
}
