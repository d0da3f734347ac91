import { PLANE_SERVERS, planeNamed } from '../planes/planes.js';
import { SERVER_NAMES, type LabOptions, type ServerName } from '../types.js';

/** What a server can't do without. `node` and `gateway` look things up in the API server. */
const REQUIRES: Readonly<Record<ServerName, readonly ServerName[]>> = {
  etcd: [],
  apiserver: ['etcd'],
  controllers: ['apiserver'],
  temporal: [],
  gateway: ['apiserver'],
  node: ['apiserver'],
  prometheus: [],
  contour: ['apiserver'],
  envoy: ['contour'],
  skipper: ['apiserver'],
  'apisix-controller': ['apiserver', 'gateway'],
};

/** The servers to run. A record that leaves one out also leaves out those that can't do without it. */
export function selectServers(
  servers: LabOptions['servers'],
  gateway?: LabOptions['gateway'],
): ReadonlySet<ServerName> {
  const plane = planeNamed(gateway)?.servers ?? [];
  if (isList(servers)) return closure([...servers, ...plane]);
  const asked = (name: ServerName) => !PLANE_SERVERS.has(name) || plane.includes(name);
  const left = SERVER_NAMES.filter((name) => asked(name) && servers?.[name] !== false);
  return new Set(left.filter((name) => [...closure([name])].every((needed) => left.includes(needed))));
}

function isList(servers: LabOptions['servers']): servers is readonly ServerName[] {
  return Array.isArray(servers);
}

function closure(names: readonly ServerName[]): Set<ServerName> {
  const all = new Set<ServerName>();
  const add = (name: ServerName) => {
    all.add(name);
    REQUIRES[name].forEach(add);
  };
  names.forEach(add);
  return all;
}
