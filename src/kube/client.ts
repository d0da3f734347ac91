import type { Readable } from 'node:stream';
import axios, { AxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import { TransientError } from '../errors.js';
import type { Authenticator } from './credentials.js';
import { PODS, type KubeObject, type ResourceType } from './object.js';
import { demandPath, pathOf } from './path.js';
import { demandList, demandObject, errorIn } from './answers.js';
import { KubeError } from './kube-error.js';

/** The name under which the API server records what Serinus wrote. */
export const FIELD_MANAGER = 'serinus';

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion?: string;
  readonly limit?: number;
  readonly continue?: string;
  /** Only metadata is sent: the content of Secrets never reaches this process. */
  readonly metadataOnly?: boolean;
}

export interface ObjectList {
  readonly metadata: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items: readonly KubeObject[];
}

/** Options of a {@link KubeClient}. */
export interface ClientOptions {
  readonly userAgent?: string;
  /** The longest wait for an answer, in milliseconds. */
  readonly timeoutMs?: number;
  readonly fieldManager?: string;
}

export interface ApplyOptions {
  readonly subresource?: 'status';
  /** Refuses fields that the kind doesn't have, which are dropped otherwise. */
  readonly fieldValidation?: 'Strict';
}

/** Which part of a container's log. */
export interface LogOptions {
  readonly container?: string;
  /** Of the container as it was before its last restart. */
  readonly previous?: boolean;
  /** Only so many lines from the end. */
  readonly tailLines?: number;
  /** Each line begins with when it was written (RFC 3339). */
  readonly timestamps?: boolean;
}

export type PatchType = 'merge' | 'strategic' | 'json';

const PATCH_CONTENT: Readonly<Record<PatchType | 'apply', string>> = {
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  json: 'application/json-patch+json',
  apply: 'application/apply-patch+yaml',
};

const METADATA_LIST = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';
const METADATA_OBJECT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

/**
 * A client of the Kubernetes API that speaks plain JSON: no typed model that could drop a field.
 * `clusterClient` makes one of a kubeconfig, or of the pod we run in.
 *
 * All calls throw {@link KubeError} for an answer that isn't a success (a missing object is undefined where the
 * signature says so) and {@link TransientError} where no answer came.
 */
export class KubeClient {
  readonly server: string;
  private readonly http: AxiosInstance;

  /**
   * @param cluster address of the API server
   * @param credentials our identity there
   * @param options.userAgent name of this client for the API server
   * @param options.timeoutMs of one request other than a watch
   * @param options.fieldManager the name under which it records what we write
   */
  constructor(
    cluster: { readonly server: string },
    private readonly credentials: Authenticator,
    private readonly options: ClientOptions = {},
    private readonly dryRun = false,
    /** Bearer token of another identity to use. */
    private readonly token?: string,
  ) {
    this.server = cluster.server;
    this.http = axios.create({
      baseURL: cluster.server,
      timeout: options.timeoutMs ?? 10_000,
      // Proxies come from the kubeconfig; the environment's are for the world outside.
      proxy: false,
      validateStatus: () => true,
      headers: { 'User-Agent': options.userAgent ?? 'serinus' },
      maxRedirects: 0,
    });
  }

  /**
   * The same client with dry-run writes: the API server checks them and answers as usual, but stores nothing.
   *
   * @param token the request uses the identity of this bearer token instead of our own
   */
  rehearsing(token?: string): KubeClient {
    return new KubeClient(this, this.credentials, this.options, true, token);
  }

  /** @returns undefined where there is no such object */
  async get(
    type: ResourceType,
    namespace: string | undefined,
    name: string,
    signal?: AbortSignal,
  ): Promise<KubeObject | undefined> {
    return orUndefined(() => this.json<KubeObject>('GET', pathOf(type, namespace, name), { signal }));
  }

  async list(type: ResourceType, options: ListOptions = {}, signal?: AbortSignal): Promise<ObjectList> {
    const { namespace, metadataOnly, ...params } = options;
    const accept = metadataOnly ? METADATA_LIST : undefined;
    const list = await this.json<ObjectList>('GET', pathOf(type, namespace), { params: { ...params }, accept, signal });
    demandList(list, `GET ${pathOf(type, namespace)}`);
    // An empty list of metadata comes without items.
    return { ...list, items: list.items ?? [] };
  }

  async create(type: ResourceType, object: KubeObject): Promise<KubeObject> {
    return this.json<KubeObject>('POST', pathOf(type, object.metadata.namespace), {
      params: { fieldManager: this.fieldManager },
      body: object,
    });
  }

  /** Replaces the object; its `resourceVersion` guards it. */
  async replace(type: ResourceType, object: KubeObject, subresource?: string): Promise<KubeObject> {
    return this.json<KubeObject>('PUT', pathOf(type, object.metadata.namespace, object.metadata.name, subresource), {
      params: { fieldManager: this.fieldManager },
      body: object,
    });
  }

  /**
   * Server-side apply: sets exactly the fields given, takes them over from other managers, and leaves all others alone.
   * A `resourceVersion` in it makes the write conditional.
   */
  async apply(
    type: ResourceType,
    object: KubeObject,
    { subresource, ...params }: ApplyOptions = {},
  ): Promise<KubeObject> {
    return this.json<KubeObject>('PATCH', pathOf(type, object.metadata.namespace, object.metadata.name, subresource), {
      params: { fieldManager: this.fieldManager, force: true, ...params },
      body: object,
      contentType: PATCH_CONTENT.apply,
    });
  }

  /** @param options.dryRun only returns what the object would be */
  async patch(
    type: ResourceType,
    kind: PatchType,
    namespace: string | undefined,
    name: string,
    body: unknown,
    options: { readonly fieldManager?: string; readonly dryRun?: boolean; readonly subresource?: string } = {},
  ): Promise<KubeObject> {
    const { fieldManager = this.fieldManager, dryRun = false, subresource } = options;
    return this.json<KubeObject>('PATCH', pathOf(type, namespace, name, subresource), {
      params: { fieldManager, ...(dryRun ? { dryRun: 'All' } : {}) },
      body,
      contentType: PATCH_CONTENT[kind],
    });
  }

  /**
   * A missing object is fine.
   *
   * @param uid delete only this one; a conflict where another has its name
   */
  async delete(type: ResourceType, namespace: string | undefined, name: string, uid?: string): Promise<void> {
    const options = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid } };
    const body = uid === undefined ? undefined : options;
    await orUndefined(() => this.json('DELETE', pathOf(type, namespace, name), { body }));
  }

  /**
   * Any other request, for instance a review.
   *
   * @param options.token the request uses the identity of this bearer token instead of our own
   */
  async request<T>(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: unknown,
    options: { readonly signal?: AbortSignal; readonly token?: string } = {},
  ): Promise<T> {
    return this.json<T>(method, path, { body, ...options });
  }

  /** Opens a watch; lines of JSON come as they happen, until the server ends it or the signal aborts. */
  async watch(type: ResourceType, options: ListOptions, signal: AbortSignal): Promise<Readable> {
    const { namespace, metadataOnly, ...params } = options;
    const response = await this.send<Readable>('GET', pathOf(type, namespace), {
      params: { ...params, watch: true, allowWatchBookmarks: true },
      accept: metadataOnly ? METADATA_OBJECT : undefined,
      signal,
      stream: true,
    });
    return response.data;
  }

  /**
   * Opens the log of a container as it is now. It may be of any size: whoever reads it says when it is enough, and for how
   * long to wait, by the signal.
   */
  async podLog(namespace: string, pod: string, options: LogOptions, signal: AbortSignal): Promise<Readable> {
    const response = await this.send<Readable>('GET', pathOf(PODS, namespace, pod, 'log'), {
      params: { ...options },
      accept: 'text/plain, */*',
      signal,
      stream: true,
    });
    return response.data;
  }

  private get fieldManager(): string {
    return this.options.fieldManager ?? FIELD_MANAGER;
  }

  private async json<T>(method: string, path: string, options: RequestOptions): Promise<T> {
    const { data } = await this.send<T>(method, path, options);
    demandObject(data, `${method} ${path}`);
    return data;
  }

  private async send<T>(
    method: string,
    path: string,
    options: RequestOptions,
    retried = false,
  ): Promise<AxiosResponse<T>> {
    demandPath(path);
    const { agent, headers } = await this.credentials.current();
    const { token = this.token } = options;
    let response: AxiosResponse<T>;
    try {
      response = await this.http.request<T>({
        method,
        url: path,
        params: this.dryRun && method !== 'GET' ? { ...options.params, dryRun: 'All' } : options.params,
        data: options.body,
        signal: options.signal,
        httpsAgent: agent,
        httpAgent: agent,
        headers: {
          ...headers,
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(options.accept === undefined ? { Accept: 'application/json' } : { Accept: options.accept }),
          ...(options.body === undefined ? {} : { 'Content-Type': options.contentType ?? 'application/json' }),
        },
        // A watch has no time limit; its reader takes care of it.
        ...(options.stream ? { responseType: 'stream', timeout: 0 } : {}),
      });
    } catch (error) {
      if (options.signal?.aborted) throw error;
      throw new TransientError(`the Kubernetes API at ${this.server} can't be reached: ${reasonOf(error)}`);
    }
    if (response.status === 401 && !retried) {
      this.credentials.forget();
      return this.send(method, path, options, true);
    }
    if (response.status >= 400) throw await errorIn(response, `${method} ${path}`);
    return response;
  }
}

/** The client's methods, for fakes and wrappers. */
export type ApiClient = Pick<KubeClient, keyof KubeClient>;

interface RequestOptions {
  readonly params?: Record<string, unknown>;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly token?: string;
  readonly stream?: boolean;
}

async function orUndefined<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof KubeError && error.notFound) return undefined;
    throw error;
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AxiosError) return error.code ?? error.message;
  return error instanceof Error ? error.message : String(error);
}
