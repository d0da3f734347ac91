import { RefusedError, TransientError } from '../../errors.js';
import {
  type ApiClient,
  type ApplyOptions,
  type ListOptions,
  type ObjectList,
  type PatchType,
} from '../../kube/client.js';
import { KubeError } from '../../kube/kube-error.js';
import { SERVICES, type KubeObject, type ResourceType } from '../../kube/object.js';
import { refusalIn } from '../../kube/refusals.js';
import type { ObjectLookup } from '../object-lookup.js';

type Verb = 'create' | 'update' | 'patch' | 'delete';

/** One write that a release would make. */
export interface StageWrite {
  readonly verb: Verb;
  readonly type: ResourceType;
  readonly namespace: string;
  readonly name: string;
}

/** A write that the API server refuses. */
export interface Refused extends Omit<StageWrite, 'verb'> {
  readonly error: KubeError;
}

/** The identity of the writes, none of which is stored. */
export interface Understudy {
  /** Only checks: a client of `rehearsing()`. */
  readonly client: ApiClient;
  /** Why the user may not make this write, in words; undefined where they may, or the API server decides. */
  readonly refusal?: (write: StageWrite) => Promise<string | undefined>;
}

/** Something can't be read, so its consequences can't be rehearsed. */
export class Unseen extends Error {}

/**
 * The API server in a rehearsal: objects of the file replace the cluster's, and earlier writes replace both. Each write
 * is only checked. A refused one is noted, and still counts as written, so that later ones are rehearsed, too.
 */
export class StageClient implements ApiClient {
  readonly server: string;
  readonly refused: Refused[] = [];
  /** Why some answers are unknown, each reason once. */
  readonly unheard = new Set<string>();
  private readonly written = new Map<string, KubeObject | undefined>();

  constructor(
    private readonly lookup: ObjectLookup,
    private readonly understudy: Understudy,
  ) {
    this.server = understudy.client.server;
  }

  rehearsing(): never {
    throw new Error('this is a rehearsal already');
  }

  /** @throws Unseen where the user lacks permission */
  async get(type: ResourceType, namespace: string | undefined, name: string): Promise<KubeObject | undefined> {
    const key = titleIn(type, namespace, name);
    if (this.written.has(key)) return this.written.get(key);
    const result = await this.lookup.look(type, namespace ?? '', name);
    if (result.state === 'missing') return undefined;
    if (result.state === 'unknown') throw new Unseen(result.why ?? `${type.kind}/${name} can't be looked at`);
    return { ...result.object, apiVersion: type.apiVersion, kind: type.kind };
  }

  /** Objects of one namespace; none of a kind that may not be listed, or doesn't exist. */
  async list(type: ResourceType, options: ListOptions = {}): Promise<ObjectList> {
    const { namespace = '' } = options;
    const there = await this.listed(type, options);
    const given = this.lookup.given(type, namespace);
    const known = (one: KubeObject): boolean => given.some(({ metadata }) => metadata.name === one.metadata.name);
    const all = [...(options.labelSelector === undefined ? given : []), ...there.filter((one) => !known(one))];
    const items = all.flatMap((one) => {
      const key = titleIn(type, namespace, one.metadata.name);
      return (this.written.has(key) ? this.written.get(key) : one) ?? [];
    });
    return { metadata: {}, items: items.map((one) => ({ ...one, apiVersion: type.apiVersion, kind: type.kind })) };
  }

  async create(type: ResourceType, object: KubeObject): Promise<KubeObject> {
    const made = withoutVersion(object);
    return this.attempt({ verb: 'create', ...keyOf(type, object) }, made, ({ client }) => client.create(type, made));
  }

  /** An object that isn't stored yet can't be replaced: it is checked as a new one. */
  async replace(type: ResourceType, object: KubeObject, subresource?: string): Promise<KubeObject> {
    const { namespace, name } = keyOf(type, object);
    const stored = await this.stored(type, namespace, name);
    if (!stored) return this.create(type, withoutAddress(object));
    const { uid, resourceVersion } = stored.metadata;
    const versioned = { ...object, metadata: { ...object.metadata, ...(uid ? { uid } : {}), resourceVersion } };
    return this.attempt({ verb: 'update', type, namespace, name }, object, ({ client }) =>
      client.replace(type, versioned as KubeObject, subresource),
    );
  }

  async apply(type: ResourceType, object: KubeObject, options?: ApplyOptions): Promise<KubeObject> {
    return this.attempt({ verb: 'patch', ...keyOf(type, object) }, object, ({ client }) =>
      client.apply(type, object, options),
    );
  }

  async patch(
    type: ResourceType,
    kind: PatchType,
    namespace: string | undefined,
    name: string,
    body: unknown,
  ): Promise<KubeObject> {
    const current = await this.get(type, namespace, name);
    if (!current) throw new KubeError(404, 'NotFound', `${type.plural} "${name}" not found`);
    if (!(await this.stored(type, namespace ?? '', name))) return current;
    const write = { verb: 'patch', type, namespace: namespace ?? '', name } as const;
    return this.attempt(write, current, ({ client }) => client.patch(type, kind, namespace, name, body));
  }

  async delete(type: ResourceType, namespace: string | undefined, name: string, uid?: string): Promise<void> {
    if (await this.stored(type, namespace ?? '', name)) {
      await this.attempt({ verb: 'delete', type, namespace: namespace ?? '', name }, undefined, async ({ client }) => {
        await client.delete(type, namespace, name, uid);
        return undefined;
      });
    }
    this.written.set(titleIn(type, namespace, name), undefined);
  }

  /** Everybody may ask which kinds there are. */
  async request<T>(method: 'GET' | 'POST' | 'DELETE', path: string): Promise<T> {
    if (method !== 'GET' || !/^\/apis\/[a-z0-9.-]+\/v[a-z0-9]+$/.test(path))
      throw new Unseen(`${path} isn't asked for`);
    return this.understudy.client.request<T>(method, path);
  }

  watch(): never {
    throw new Error('a rehearsal waits for nothing');
  }

  podLog(): never {
    throw new Error('a rehearsal reads no logs');
  }

  /** Written objects replace the cluster's. */
  remember(type: ResourceType, object: KubeObject): void {
    this.written.set(titleIn(type, object.metadata.namespace, object.metadata.name), object);
  }

  /** The object in the cluster, whatever the file holds. */
  private async stored(type: ResourceType, namespace: string, name: string): Promise<KubeObject | undefined> {
    const result = await this.lookup.stored(type, namespace, name);
    if (result.state === 'unknown') throw new Unseen(result.why ?? `${type.kind}/${name} can't be looked at`);
    return result.state === 'found' ? result.object : undefined;
  }

  private async listed(type: ResourceType, options: ListOptions): Promise<readonly KubeObject[]> {
    try {
      return (await this.lookup.cluster?.list(type, options))?.items ?? [];
    } catch (error) {
      if (!(error instanceof KubeError)) throw error;
      if (error.status === 403) this.unheard.add(error.message);
      if (error.status === 403 || error.notFound) return [];
      throw error;
    }
  }

  /** @returns the API server's result, or the written object where it refuses, or its answer is unknown */
  private async attempt<T extends KubeObject | undefined>(
    write: StageWrite,
    object: T,
    ask: (understudy: Understudy) => Promise<T>,
  ): Promise<T> {
    const forbidden = await this.understudy.refusal?.(write);
    if (forbidden !== undefined) {
      this.unheard.add(forbidden);
      return object;
    }
    try {
      return await ask(this.understudy);
    } catch (error) {
      if (error instanceof TransientError || !(error instanceof KubeError)) throw error;
      const why = silenceIn(error);
      if (why !== undefined) this.unheard.add(why);
      else if (refusalIn(error) instanceof RefusedError) this.note(write, error);
      else throw error;
      return object;
    }
  }

  private note({ type, namespace, name }: StageWrite, error: KubeError): void {
    this.refused.push({ type, namespace, name, error });
  }
}

/**
 * Answers that a release wouldn't get: it writes with its own permissions, into an existing namespace, and a webhook
 * with side effects isn't called in a rehearsal.
 */
function silenceIn({ status, message }: KubeError): string | undefined {
  if (status === 401) return 'the API server doesn’t know who checks';
  if (status === 403 && /\bcannot (?:create|update|patch|delete) resource\b/.test(message)) return message;
  if (status === 403 && message.includes('cannot set blockOwnerDeletion')) return message;
  if (status === 404 && /^namespaces? /.test(message)) return message;
  return message.includes('does not support dry run') ? message : undefined;
}

function keyOf(type: ResourceType, { metadata }: KubeObject): Omit<StageWrite, 'verb'> {
  return { type, namespace: metadata.namespace ?? '', name: metadata.name };
}

/** Without a path: the API server must refuse an impossible name. */
function titleIn({ apiVersion, plural }: ResourceType, namespace: string | undefined, name: string): string {
  return [apiVersion, plural, namespace, name].join(' ');
}

/** A Service from a dry run has an address that no Service can have. */
function withoutAddress(object: KubeObject): KubeObject {
  const { spec } = object as KubeObject & { readonly spec?: Readonly<Record<string, unknown>> };
  if (object.kind !== SERVICES.kind || spec === undefined || spec['clusterIP'] === 'None') return object;
  const { clusterIP: _address, clusterIPs: _addresses, ...rest } = spec;
  return { ...object, spec: rest };
}

/** A stored version would be required where nothing is stored. */
function withoutVersion({ metadata, ...object }: KubeObject): KubeObject {
  const { resourceVersion: _version, uid: _uid, managedFields: _fields, ...rest } = metadata;
  return { ...object, metadata: rest };
}
