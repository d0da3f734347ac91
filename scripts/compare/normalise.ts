import type { KubeObject } from '../../src/kube/object.js';
import type { Outcome } from './side.js';

/** What differs from run to run, whoever is at work. */
const CHANCE = ['uid', 'resourceVersion', 'generation', 'creationTimestamp', 'managedFields', 'status', 'selfLink'];
/** Made by Kubernetes in every namespace, or a Lease of the controller itself. */
const FOREIGN = ['ConfigMap/kube-root-ca.crt', 'Lease/flagger-leader-election', 'ConfigMap/flagger-leader-election'];

/** An outcome as lines that can be compared. */
export interface Lines {
  readonly objects: readonly string[];
  readonly events: readonly string[];
  readonly statuses: readonly string[];
}

/** Takes out of an outcome what has to differ: names of namespaces, uids, times, addresses. */
export function linesOf({ objects, canary, events, statuses }: Outcome, namespace: string): Lines {
  const plain = (text: string) => text.replaceAll(`${namespace}.example.com`, 'HOST').replaceAll(namespace, 'NS');
  const wanted = objects.filter(({ kind, metadata }) => !FOREIGN.includes(`${kind}/${metadata.name}`));
  return {
    objects: [...wanted, canary].flatMap(objectLines).map(plain).sort(),
    events: [...events].sort(byName).map(eventLine).map(plain),
    statuses: [...statuses.map((status) => JSON.stringify(status)), ...lastStatus(canary)].map(plain),
  };
}

/** `Kind/name path = value`, a line for each leaf. */
function objectLines(object: KubeObject): string[] {
  const { kind, metadata } = object;
  const kept = Object.fromEntries(Object.entries(object).filter(([key]) => !CHANCE.includes(key)));
  const own = Object.fromEntries(Object.entries(metadata).filter(([key]) => !CHANCE.includes(key)));
  const title = `${kind}/${kind === 'ControllerRevision' ? withoutHash(metadata.name) : metadata.name}`;
  return leaves({ ...kept, metadata: own }, '').map((leaf) => `${title} ${leaf}`);
}

/** `Kind/name` of a line about an object. */
export function titleOfLine(line: string): string {
  return line.slice(0, line.indexOf(' '));
}

function withoutHash(name: string): string {
  return name.replace(/-[0-9a-z]+$/, '-<hash>');
}

function leaves(value: unknown, path: string): string[] {
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 0) return [`${path} = ${JSON.stringify(value)}`];
    return entries.flatMap(([key, field]) => leaves(field, path === '' ? key : `${path}.${key}`));
  }
  return [`${path} = ${chance(path, String(value))}`];
}

/** Values that are drawn by lot, or are the time of day. */
function chance(path: string, value: string): string {
  if (/\.uid$|flagger-id$/.test(path)) return '<id>';
  if (/clusterIPs?(\.\d+)?$|nodePort$/.test(path)) return '<address>';
  if (/^metadata\.name$/.test(path)) return withoutHashOfRevision(value);
  if (/Time$/.test(path)) return '<time>';
  return value;
}

function withoutHashOfRevision(name: string): string {
  return name.replace(/-s1[0-9a-f]+$/, '-<hash>');
}

/** Names of Events hold the time at which they were first recorded. */
function byName(a: KubeObject, b: KubeObject): number {
  const time = (event: KubeObject) => BigInt(`0x${event.metadata.name.split('.').at(-1) ?? '0'}`);
  const [ta, tb] = [time(a), time(b)];
  return ta < tb ? -1 : ta > tb ? 1 : 0;
}

/** The order is that of first occurrence; Flagger's recorder counts what comes again, Serinus records it again. */
function eventLine(event: KubeObject): string {
  return `[${String(event['type'])}] ${String(event['reason'])}: ${String(event['message'])}`;
}

/** What the status says at the end, but for hashes and times. */
function lastStatus(canary: KubeObject): string[] {
  const { lastAppliedSpec, lastPromotedSpec, ...status } = (canary['status'] ?? {}) as Record<string, unknown>;
  const same = lastAppliedSpec === lastPromotedSpec ? 'are the same' : 'differ';
  return [`at the end: lastAppliedSpec and lastPromotedSpec ${same}`, ...leaves(status, 'at the end: status')];
}
