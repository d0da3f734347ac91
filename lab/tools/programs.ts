import { fileURLToPath } from 'node:url';
import { currentPlatform, type Platform } from './platform.js';
import type { Program, ReleaseArchive } from './program.js';

const TEMPORAL = '1.5.1';
const KUBERNETES = '1.35.4';
const ETCD = '3.6.5';
const PROMETHEUS = '3.16.0';
const PROMETHEUS_MODULE = 'v0.316.0'; // what Go modules call the same release
const HEY = '0.1.5';
const FLAGGER = '1.36.1';
const HELM = '3.19.2';
const KUSTOMIZE = '5.8.1';
const PODINFO_SOURCE = 'v1.8.1-0.20250910200901-e86405a8674e';

/** What makes a Go program smaller. */
export const STRIP = '-s -w';
const kubernetesModule = fileURLToPath(new URL('kubernetes', import.meta.url));
const flaggerModule = fileURLToPath(new URL('flagger', import.meta.url));

type ArchiveOf = (platform: Platform) => ReleaseArchive | undefined;

function archive(of: ArchiveOf): { archive?: ReleaseArchive } {
  const platform = currentPlatform();
  const found = platform && of(platform);
  return found ? { archive: found } : {};
}

/** Files of a GitHub release. */
function github(repository: string, tag: string, file: string): string {
  return `https://github.com/${repository}/releases/download/${tag}/${file}`;
}

export const temporal: Program = {
  name: 'temporal',
  version: TEMPORAL,
  setting: 'SERINUS_LAB_TEMPORAL',
  versionCheck: { args: ['--version'], pattern: /Server (\d+\.\d+\.\d+)/, atLeast: [1, 28] },
  ...archive(({ os, arch }) => ({
    url: github('temporalio/cli', `v${TEMPORAL}`, `temporal_cli_${TEMPORAL}_${os}_${arch}.tar.gz`),
    checksumUrl: github('temporalio/cli', `v${TEMPORAL}`, 'checksums.txt'),
    member: 'temporal',
  })),
  goBuild: { kind: 'install', package: `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL}` },
  buildSeconds: 420,
};

export const etcd: Program = {
  name: 'etcd',
  version: ETCD,
  setting: 'SERINUS_LAB_ETCD',
  versionCheck: { args: ['--version'], pattern: /etcd Version: (\d+\.\d+\.\d+)/, atLeast: [3, 5] },
  // For macOS the project publishes zip files only.
  ...archive(({ os, arch }) =>
    os === 'linux'
      ? {
          url: github('etcd-io/etcd', `v${ETCD}`, `etcd-v${ETCD}-${os}-${arch}.tar.gz`),
          checksumUrl: github('etcd-io/etcd', `v${ETCD}`, 'SHA256SUMS'),
          member: `etcd-v${ETCD}-${os}-${arch}/etcd`,
        }
      : undefined,
  ),
  goBuild: { kind: 'wrapper', module: kubernetesModule, package: 'go.etcd.io/etcd/server/v3', ldflags: STRIP },
  buildSeconds: 40,
};

function kubernetesServer(
  name: 'kube-apiserver' | 'kube-controller-manager',
  setting: string,
  buildSeconds: number,
): Program {
  const [major, minor] = KUBERNETES.split('.');
  const version = 'k8s.io/component-base/version';
  return {
    name,
    version: KUBERNETES,
    setting,
    versionCheck: { args: ['--version'], pattern: /Kubernetes v(\d+\.\d+\.\d+)/, atLeast: [1, 33] },
    ...archive(({ os, arch }) => {
      const url = `https://dl.k8s.io/v${KUBERNETES}/bin/${os}/${arch}/${name}`;
      return os === 'linux' ? { url, checksumUrl: `${url}.sha256` } : undefined;
    }),
    goBuild: {
      kind: 'wrapper',
      module: kubernetesModule,
      package: `k8s.io/kubernetes/cmd/${name}`,
      ldflags: [
        STRIP,
        `-X ${version}.gitVersion=v${KUBERNETES}`,
        `-X ${version}.gitMajor=${major}`,
        `-X ${version}.gitMinor=${minor}`,
      ].join(' '),
    },
    buildSeconds,
  };
}

export const kubeApiserver = kubernetesServer('kube-apiserver', 'SERINUS_LAB_KUBE_APISERVER', 550);
export const kubeControllerManager = kubernetesServer(
  'kube-controller-manager',
  'SERINUS_LAB_KUBE_CONTROLLER_MANAGER',
  210,
);

export const prometheus: Program = {
  name: 'prometheus',
  version: PROMETHEUS,
  setting: 'SERINUS_LAB_PROMETHEUS',
  versionCheck: { args: ['--version'], pattern: /prometheus, version (\d+\.\d+\.\d+)/, atLeast: [2, 45] },
  ...archive(({ os, arch }) => ({
    url: github('prometheus/prometheus', `v${PROMETHEUS}`, `prometheus-${PROMETHEUS}.${os}-${arch}.tar.gz`),
    checksumUrl: github('prometheus/prometheus', `v${PROMETHEUS}`, 'sha256sums.txt'),
    member: `prometheus-${PROMETHEUS}.${os}-${arch}/prometheus`,
  })),
  goBuild: {
    kind: 'install',
    package: `github.com/prometheus/prometheus/cmd/prometheus@${PROMETHEUS_MODULE}`,
    tags: ['remove_all_sd', 'enable_file_sd', 'enable_http_sd', 'enable_kubernetes_sd'],
    ldflags: STRIP,
    pureGo: true,
  },
  buildSeconds: 370,
};

/** The load generator that manifests call in the load tester's commands. */
export const hey: Program = {
  name: 'hey',
  version: HEY,
  setting: 'SERINUS_LAB_HEY',
  versionCheck: { args: ['-h'], pattern: /Usage: hey/ },
  goBuild: { kind: 'install', package: `github.com/rakyll/hey@v${HEY}` },
  buildSeconds: 10,
};

/** What Serinus is compared with. No lab starts it: only the comparison and the tests of `serinus adopt` ask for it. */
export const flagger: Program = {
  name: 'flagger',
  version: FLAGGER,
  setting: 'SERINUS_LAB_FLAGGER',
  versionCheck: { args: ['-version'], pattern: /Flagger version v?(\d+\.\d+\.\d+)/, atLeast: [1, 36] },
  goBuild: { kind: 'wrapper', module: flaggerModule, package: 'github.com/fluxcd/flagger/cmd/flagger', ldflags: STRIP },
  buildSeconds: 180,
};

/** Renders the chart in deploy/chart. No lab starts it: only tests ask for it. */
export const helm: Program = {
  name: 'helm',
  version: HELM,
  setting: 'SERINUS_LAB_HELM',
  versionCheck: { args: ['version', '--short'], pattern: /v(\d+\.\d+(?:\.\d+)?)/, atLeast: [3, 14] },
  ...archive(({ os, arch }) => {
    const url = `https://get.helm.sh/helm-v${HELM}-${os}-${arch}.tar.gz`;
    return { url, checksumUrl: `${url}.sha256sum`, member: `${os}-${arch}/helm` };
  }),
  goBuild: { kind: 'install', package: `helm.sh/helm/v3/cmd/helm@v${HELM}`, ldflags: STRIP, pureGo: true },
  buildSeconds: 120,
};

/** Renders deploy/kustomize. No lab starts it: only tests ask for it. */
export const kustomize: Program = {
  name: 'kustomize',
  version: KUSTOMIZE,
  setting: 'SERINUS_LAB_KUSTOMIZE',
  versionCheck: { args: ['version'], pattern: /v(\d+\.\d+\.\d+)/, atLeast: [5, 0] },
  ...archive(({ os, arch }) => ({
    url: github(
      'kubernetes-sigs/kustomize',
      `kustomize%2Fv${KUSTOMIZE}`,
      `kustomize_v${KUSTOMIZE}_${os}_${arch}.tar.gz`,
    ),
    checksumUrl: github('kubernetes-sigs/kustomize', `kustomize%2Fv${KUSTOMIZE}`, 'checksums.txt'),
    member: 'kustomize',
  })),
  goBuild: {
    kind: 'install',
    package: `sigs.k8s.io/kustomize/kustomize/v5@v${KUSTOMIZE}`,
    ldflags: STRIP,
    pureGo: true,
  },
  buildSeconds: 50,
};

/**
 * podinfo that calls itself `tag`: all tags are made from one source, and differ in what `/api/info`
 * says. Past the first build this is a link of a few seconds.
 */
export function podinfo(tag: string): Program {
  return {
    name: 'podinfo',
    version: tag,
    setting: 'SERINUS_LAB_PODINFO',
    goBuild: {
      kind: 'install',
      package: `github.com/stefanprodan/podinfo/cmd/podinfo@${PODINFO_SOURCE}`,
      ldflags: `-X github.com/stefanprodan/podinfo/pkg/version.VERSION=${tag}`,
    },
    // The first takes a minute and a half, each further one is a link of some seconds.
    buildSeconds: 25,
  };
}
