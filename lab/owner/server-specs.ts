import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyAs, installCrds, installDefinitions } from '../crds/install.js';
import { readAccess, writeAccess } from '../kube/access.js';
import { kubeconfig } from '../kube/kubeconfig.js';
import { apisixDefinitions } from '../planes/apisix/definitions.js';
import { contourDefinitions } from '../planes/contour/definitions.js';
import { contourObjects } from '../planes/contour/gateway.js';
import { PLANES, type Plane } from '../planes/planes.js';
import { apisixController } from '../servers/apisix-controller.js';
import { apiserver, apiserverCertificate, serviceAccountKey } from '../servers/apiserver.js';
import { controllers } from '../servers/controllers.js';
import { contour } from '../servers/contour.js';
import { envoy } from '../servers/envoy.js';
import { etcd } from '../servers/etcd.js';
import { adminUrl, gateway, proxyUrl } from '../servers/gateway.js';
import { node } from '../servers/node.js';
import { prometheus } from '../servers/prometheus.js';
import { portOf, type Ports, type ServerSpec } from '../servers/server-spec.js';
import type { ServerSet } from '../servers/server-set.js';
import { skipper } from '../servers/skipper.js';
import { temporal } from '../servers/temporal.js';
import { ADMIN_USER, CONTROLLERS_USER, GATEWAY_USER, NODE_USER, userNamed, type TokenUser } from '../servers/users.js';
import type { LabOptions, ServerName } from '../types.js';
import type { Layout } from './layout.js';
import { addPlaces } from './places.js';
import type { ProgramPaths } from './programs.js';

/** All that the servers of a lab are made from. */
export interface Blueprint {
  readonly layout: Layout;
  readonly program: ProgramPaths;
  readonly users: readonly TokenUser[];
  readonly options: LabOptions;
  /** Consulted when a server starts, to learn where those before it listen. */
  readonly servers: ServerSet;
}

/** The spec of a server. Programs are looked up only for servers that are really asked for. */
export function serverSpec(name: ServerName, blueprint: Blueprint): ServerSpec {
  const { layout, program, users, options, servers } = blueprint;
  const data = layout.data(name);
  switch (name) {
    case 'etcd':
      return etcd(program('etcd'), data);
    case 'apiserver':
      return apiserver({
        program: program('kube-apiserver'),
        directory: data,
        auditLog: layout.auditLog,
        users,
        etcdUrl: () => servers.get('etcd').url,
        onReady: (server) => welcomeClients(server, apiserverCertificate(data), blueprint),
      });
    case 'controllers':
      return controllers({
        program: program('kube-controller-manager'),
        directory: data,
        kubeconfig: layout.kubeconfigOf(CONTROLLERS_USER),
        serviceAccountKey: serviceAccountKey(layout.data('apiserver')),
      });
    case 'temporal':
      return temporal(program('temporal'), data, options.temporal ?? {});
    case 'gateway':
      return gateway({
        directory: data,
        accessFile: layout.accessOf(GATEWAY_USER),
        placesFile: layout.places,
        admin: options.gateway === 'apisix',
        onReady: (ports) => addPlaces(layout.places, { proxyUrl: proxyUrl(ports) }),
      });
    case 'node':
      return node({
        directory: data,
        onReady: (url) => addPlaces(layout.places, { nodeUrl: url }),
        accessFile: layout.accessOf(NODE_USER),
        placesFile: layout.places,
        podsDirectory: layout.pods,
        logsDirectory: join(layout.logs, 'pods'),
        hey: program('hey'),
        ...(options.loadTester ? { loadTester: [...options.loadTester] } : {}),
      });
    case 'prometheus':
      return prometheus({
        program: program('prometheus'),
        directory: data,
        scrapeTargets: layout.scrapeTargets,
        gatewayTarget: () => servers.portsOf('gateway', (ports) => `127.0.0.1:${portOf(ports, 'metrics')}`),
        onReady: (url) => addPlaces(layout.places, { prometheusUrl: url }),
        podTargetsUrl: () =>
          servers.portsOf('node', (ports) => `http://127.0.0.1:${portOf(ports, 'http')}/prometheus-targets`),
      });
    case 'contour':
      return contour({
        program: program('contour'),
        directory: data,
        kubeconfig: layout.kubeconfigOf(GATEWAY_USER),
        prepare: async (envoyPort) => {
          const access = await readAccess(layout.accessOf(ADMIN_USER));
          await installDefinitions(access, await contourDefinitions());
          await applyAs(access, contourObjects(envoyPort));
        },
        onReady: (ports) => welcomePlane(PLANES.contour, ports, layout),
      });
    case 'envoy':
      return envoy({
        program: program('envoy'),
        contour: program('contour'),
        directory: data,
        contourPorts: () => servers.get('contour').ports,
      });
    case 'skipper':
      return skipper({
        program: program('skipper'),
        directory: data,
        access: () => readAccess(layout.accessOf(GATEWAY_USER)),
        onReady: (ports) => welcomePlane(PLANES.skipper, ports, layout),
      });
    case 'apisix-controller':
      return apisixController({
        program: program('apisix-ingress-controller'),
        directory: data,
        kubeconfig: layout.kubeconfigOf(GATEWAY_USER),
        adminUrl: () => adminUrl(servers.get('gateway').ports),
        prepare: async () =>
          installDefinitions(await readAccess(layout.accessOf(ADMIN_USER)), await apisixDefinitions()),
      });
  }
}

/** A data plane can be found by pods, and is scraped. */
function welcomePlane(plane: Plane, ports: Ports, layout: Layout): void {
  addPlaces(layout.places, { planeUrl: plane.url(ports) });
  addTarget(layout.scrapeTargets, plane.carrier, new URL(plane.metricsUrl(ports)));
}

/** Once the API server serves: hand out credentials, and teach it ApisixRoute. */
async function welcomeClients(server: string, certificate: string, { layout, users }: Blueprint): Promise<void> {
  const admin = userNamed(users, ADMIN_USER);
  const tokens = users.map(({ name, token }) => ({ user: name, token }));
  mkdirSync(layout.users, { recursive: true });
  for (const { user, token } of tokens) {
    writeFileSync(layout.kubeconfigOf(user), kubeconfig({ server, certificate }, [{ user, token }]), { mode: 0o600 });
  }
  writeFileSync(layout.kubeconfig, kubeconfig({ server, certificate }, tokens), { mode: 0o600 });
  await installCrds({ server, certificate, token: admin.token });
  for (const { user, token } of tokens) writeAccess(layout.accessOf(user), { server, certificate, token });
}

/** Has Prometheus scrape a data plane, by its file_sd format. */
function addTarget(folder: string, name: string, { host, pathname }: URL): void {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  const target = { targets: [host], labels: { job: name, __metrics_path__: pathname } };
  writeFileSync(`${file}.draft`, JSON.stringify([target]));
  renameSync(`${file}.draft`, file);
}
