import { createHash } from 'node:crypto';

/** A ConfigMap or Secret that a pod template uses. */
export interface ConfigReference {
  readonly kind: 'configmap' | 'secret';
  readonly name: string;
  /** Pods start without it. */
  readonly optional: boolean;
}

/** `configmap/<name>` or `secret/<name>`, as in `status.trackedConfigs`. */
export function keyOf(reference: ConfigReference): string {
  return `${reference.kind}/${reference.name}`;
}

export interface PodSpec {
  readonly volumes?: readonly Volume[];
  readonly containers?: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly [field: string]: unknown;
}

interface Named {
  readonly name?: string;
  readonly optional?: boolean;
  readonly [field: string]: unknown;
}

interface SecretVolume {
  readonly secretName?: string;
  readonly optional?: boolean;
  readonly [field: string]: unknown;
}

interface Projection {
  readonly configMap?: Named;
  readonly secret?: Named;
  readonly [field: string]: unknown;
}

interface Volume {
  readonly configMap?: Named;
  readonly secret?: SecretVolume;
  readonly projected?: { readonly sources?: readonly Projection[]; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

interface EnvFrom {
  readonly configMapRef?: Named;
  readonly secretRef?: Named;
  readonly [field: string]: unknown;
}

interface EnvVar {
  readonly valueFrom?: {
    readonly configMapKeyRef?: Named;
    readonly secretKeyRef?: Named;
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

interface Container {
  readonly name: string;
  readonly env?: readonly EnvVar[];
  readonly envFrom?: readonly EnvFrom[];
  readonly ports?: readonly { readonly name?: string; readonly containerPort: number; readonly protocol?: string }[];
  readonly [field: string]: unknown;
}

/** Calls `visit` with every reference and replaces the reference by the result. */
function mapReferences(spec: PodSpec, visit: (reference: ConfigReference) => string): PodSpec {
  const named = (kind: ConfigReference['kind'], ref: Named | undefined): Named | undefined =>
    ref?.name === undefined ? ref : { ...ref, name: visit({ kind, name: ref.name, optional: ref.optional ?? false }) };
  const container = (c: Container): Container => ({
    ...c,
    ...(c.env && { env: c.env.map((env) => mapEnv(env, named)) }),
    ...(c.envFrom && { envFrom: c.envFrom.map((from) => mapNamed(from, 'configMapRef', 'secretRef', named)) }),
  });
  return {
    ...spec,
    ...(spec.volumes && { volumes: spec.volumes.map((volume) => mapVolume(volume, named, visit)) }),
    ...(spec.containers && { containers: spec.containers.map(container) }),
    ...(spec.initContainers && { initContainers: spec.initContainers.map(container) }),
  };
}

type MapNamed = (kind: ConfigReference['kind'], ref: Named | undefined) => Named | undefined;

function mapEnv(env: EnvVar, named: MapNamed): EnvVar {
  if (!env.valueFrom) return env;
  return { ...env, valueFrom: mapNamed(env.valueFrom, 'configMapKeyRef', 'secretKeyRef', named) };
}

/** Rewrites the two reference fields of an object, where it has them. */
function mapNamed<T extends object>(
  object: T,
  configMap: keyof T & string,
  secret: keyof T & string,
  named: MapNamed,
): T {
  const changed: Record<string, unknown> = {};
  if (object[configMap]) changed[configMap] = named('configmap', object[configMap]);
  if (object[secret]) changed[secret] = named('secret', object[secret]);
  return { ...object, ...changed };
}

function mapVolume(volume: Volume, named: MapNamed, visit: (reference: ConfigReference) => string): Volume {
  const { secret, projected } = volume;
  return {
    ...volume,
    ...(volume.configMap && { configMap: named('configmap', volume.configMap) }),
    ...(secret?.secretName !== undefined && {
      secret: {
        ...secret,
        secretName: visit({ kind: 'secret', name: secret.secretName, optional: secret.optional ?? false }),
      },
    }),
    ...(projected?.sources && {
      projected: {
        ...projected,
        sources: projected.sources.map((source) => mapNamed(source, 'configMap', 'secret', named)),
      },
    }),
  };
}

/** All ConfigMaps and Secrets of a pod spec: volumes, projected sources, `env` and `envFrom` of all its containers. */
export function configReferences(spec: PodSpec): readonly ConfigReference[] {
  const found = new Map<string, ConfigReference>();
  mapReferences(spec, (reference) => {
    const known = found.get(keyOf(reference));
    // Required anywhere is required.
    found.set(keyOf(reference), { ...reference, optional: reference.optional && (known?.optional ?? true) });
    return reference.name;
  });
  return [...found.values()];
}

/** The pod spec with other names for some references. @param names new name by key of the reference */
export function withConfigNames(spec: PodSpec, names: ReadonlyMap<string, string>): PodSpec {
  return mapReferences(spec, (reference) => names.get(keyOf(reference)) ?? reference.name);
}

/** The copy's name where no other Canary has one; Flagger's name, so that either can take over. */
export function copyName(name: string): string {
  return `${name}${COPY}`;
}

/** The copy's name where another Canary has the one above. */
export function ownCopyName(name: string, canary: string): string {
  return `${copyName(name)}-${markOf(canary)}`;
}

/** The source of a copy. @param canary the Canary that it was made for */
export function sourceOfCopy(copy: string, canary: string): string {
  const ending = [`${COPY}-${markOf(canary)}`, COPY].find((suffix) => copy.endsWith(suffix)) ?? '';
  return copy.slice(0, copy.length - ending.length);
}

/** Whether a name ends like that of a copy. @param suffix that follows */
export function isCopyName(name: string, suffix = ''): boolean {
  return name.endsWith(suffix) && /-primary(-[0-9a-f]{8})?$/.test(name.slice(0, name.length - suffix.length));
}

const COPY = '-primary';

/** The same for a Canary that is created again. */
function markOf(canary: string): string {
  return createHash('sha256').update(canary).digest('hex').slice(0, 8);
}
