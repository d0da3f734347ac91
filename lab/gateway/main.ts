/**
 * The lab's gateway as a process: `main.ts CONFIG`. Started by the lab.
 *
 * It stands in for Apache APISIX' data plane and ingress controller, which no package registry has: it
 * watches ApisixRoutes, Services and EndpointSlices, routes requests by them as APISIX would, and serves
 * metrics of the same names. Where a real ingress controller runs, it is told of ApisixRoutes by that, through APISIX' Admin API. HTTPRoutes of the Gateway `lab` it takes as an implementation of the Gateway API
 * would. On a cluster with a gateway of its own, nothing of it is used.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Registry } from 'prom-client';
import { DnsProxy } from '../dns-proxy/dns-proxy.js';
import { clientWith, readAccess } from '../kube/access.js';
import { readPlaces } from '../owner/places.js';
import { AdminApi } from './admin/admin-api.js';
import { UPSTREAMS } from './admin/compile.js';
import { Endpoints } from './cluster/endpoints.js';
import { PodLookup } from './cluster/pod-lookup.js';
import { readConfig } from './config.js';
import { Gateway } from './gateway.js';
import { compileHttpRoute } from './httproute/compile.js';
import { HttpRouteHeadersPlugin, HttpRouteMirrorPlugin } from './httproute/plugins.js';
import { HttpRouteStatusWriter } from './httproute/status.js';
import { PrometheusPlugin } from './plugins/prometheus.js';
import { ResponseRewritePlugin } from './plugins/response-rewrite.js';
import { ProxyMirrorPlugin } from './plugins/proxy-mirror.js';
import { RouteStatusWriter } from './route-status.js';
import { RouteStore, Routes } from './routing/route-store.js';
import { inTurn } from './routing/table.js';
import { watchCluster } from './watch-cluster.js';

const METRICS_PATH = '/apisix/prometheus/metrics';
const LOOPBACK = '127.0.0.1';

const [configFile = ''] = process.argv.slice(2);
const config = readConfig(configFile);
const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
const trouble = (error: unknown) => log(String(error));

const client = clientWith(await readAccess(config.accessFile), 'serinus-lab-gateway');
const registry = new Registry();
const endpoints = new Endpoints();
const lookup = new PodLookup(config.placesFile);
const statuses = new RouteStatusWriter(client, trouble);
const apisixRoutes = new RouteStore(endpoints, (verdict) => statuses.write(verdict));
const httpRouteStatuses = new HttpRouteStatusWriter(client, trouble);
const httpRoutes = new Routes(compileHttpRoute, (verdict) => httpRouteStatuses.write(verdict));
const admin = config.admin && new AdminApi(config.admin.file);
const table = inTurn([admin ?? apisixRoutes, httpRoutes]);

const proxy = new DnsProxy({
  endpoints,
  lookup,
  servesHost: (host) => table.servesHost(host),
  prometheusUrl: () => readPlaces(config.placesFile).prometheusUrl,
  planeUrl: () => readPlaces(config.placesFile).planeUrl,
  toGateway: (request, response, target, host) => void gateway.serve(request, response, target, host),
});
const mirror = new ProxyMirrorPlugin((url) => proxy.place(url), trouble);
const plugins = [
  new PrometheusPlugin(registry),
  mirror,
  new ResponseRewritePlugin(),
  new HttpRouteHeadersPlugin(),
  new HttpRouteMirrorPlugin(mirror),
];
const backends: Pick<Endpoints, 'of'> = {
  of: (namespace, service, port) =>
    admin && namespace === UPSTREAMS ? admin.endpointsOf(service) : endpoints.of(namespace, service, port),
};
const gateway = new Gateway({ table }, backends, lookup, plugins, log);

let ready = false;

/** Metrics, and whether the gateway is ready. */
async function serveMetrics(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.url === '/readyz') return void response.writeHead(ready ? 200 : 503).end();
  if (request.url !== METRICS_PATH) return void response.writeHead(404).end();
  response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics());
}

/** Keeps clients' idle connections as long as nginx does: Node's 5 s would race with their next request. */
function listen(port: number, serve: (request: IncomingMessage, response: ServerResponse) => Promise<void>): void {
  const server = createServer((request, response) => void serve(request, response));
  server.keepAliveTimeout = 75_000;
  server.listen(port, LOOPBACK);
}

listen(config.port, (request, response) =>
  gateway.serve(request, response, request.url ?? '/', request.headers.host ?? ''),
);
listen(config.proxyPort, (request, response) => proxy.serve(request, response));
listen(config.metricsPort, serveMetrics);
if (admin && config.admin) listen(config.admin.port, (request, response) => admin.serve(request, response));

await watchCluster(client, {
  endpoints,
  ...(admin ? {} : { apisixRoutes: { routes: apisixRoutes, statuses } }),
  httpRoutes,
  httpRouteStatuses,
  log,
});
ready = true;
log('the gateway is ready');
