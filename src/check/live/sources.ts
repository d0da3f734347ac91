import { z } from 'zod';
import type { MetricTemplate } from '../../crds/metric-template.js';
import type { NamespacedRef } from '../../crds/types.js';
import { UserError } from '../../errors.js';
import { slicesOf } from '../../kube/endpoint-slices.js';
import { ENDPOINT_SLICES, SECRETS } from '../../kube/object.js';
import { templateKey, type Subject } from '../subject.js';
import type { ClusterReader, ObjectLookup } from '../object-lookup.js';
import { NotAsked } from './ask.js';

/** @throws UserError where the template doesn't exist, or is invalid */
export function templateOf({ templates }: Subject, ref: NamespacedRef): MetricTemplate {
  const known = templates.get(templateKey(ref));
  if (known?.state === 'found') return known.value;
  if (known?.state === 'broken') throw new UserError(`${known.refusal.field}: ${known.refusal.remedy}`);
  throw new UserError(`there is no MetricTemplate "${ref.name}" in namespace "${ref.namespace}"`);
}

/**
 * A Secret's entries, decoded, from the file or the cluster. Read for each use: what isn't stored can't leak.
 *
 * @throws UserError where the Secret doesn't exist, or can't be decoded
 * @throws NotAsked where permission is missing
 */
export async function secretOf(
  lookup: ObjectLookup,
  namespace: string,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  const result = await lookup.look(SECRETS, namespace, name);
  if (result.state === 'unknown') throw new NotAsked(result.why ?? `Secret "${name}" was not looked for`);
  if (result.state === 'missing') throw new UserError(`there is no Secret "${name}" in namespace "${namespace}"`);
  const parsed = secretSchema.safeParse(result.object);
  if (!parsed.success) throw new UserError(`Secret "${name}" has entries that are no texts`);
  return parsed.data;
}

const entries = z.record(z.string(), z.string()).nullish();

const secretSchema = z.object({ data: entries, stringData: entries }).transform(({ data, stringData }) => ({
  ...Object.fromEntries(
    Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64').toString('utf8')]),
  ),
  ...stringData,
}));

const sliceSchema = z.object({ endpoints: z.array(z.object({ addresses: z.array(z.string()) })).nullish() });

/** The addresses of the pods behind a Service. */
export async function addressesBehind(
  cluster: ClusterReader,
  namespace: string,
  service: string,
): Promise<readonly string[]> {
  const { items } = await cluster.list(ENDPOINT_SLICES, {
    namespace,
    labelSelector: slicesOf(service),
  });
  const endpoints = items.flatMap((slice) => sliceSchema.safeParse(slice).data?.endpoints ?? []);
  return [...new Set(endpoints.flatMap(({ addresses }) => addresses))].sort();
}
