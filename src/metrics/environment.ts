import { ProviderError } from './errors.js';

/** What a provider gets from Serinus' surroundings, rather than from a template. */
export interface ProviderEnvironment {
  /** The process's environment, where clouds put its identity. */
  readonly environment: Environment;
  readonly cluster: ClusterApi;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The Kubernetes API, as Serinus itself may use it.
 *
 * All calls throw {@link QueryRefused} where the request is invalid and {@link ProviderError} where the API server
 * doesn't answer, fails or refuses us.
 */
export interface ClusterApi {
  /**
   * @param token the request uses this identity instead of our own
   * @returns undefined where there is nothing at that path
   */
  get(path: string, options: { readonly signal: AbortSignal; readonly token?: string }): Promise<unknown>;
  /** @param object is created in the collection at that path */
  create(path: string, object: object, options: { readonly signal: AbortSignal }): Promise<void>;
  /** A missing object is fine. */
  delete(path: string): Promise<void>;
}

const none = () => Promise.reject(new ProviderError('there is no Kubernetes API to ask'));

/** An environment without anything. */
export const NOWHERE: ProviderEnvironment = { environment: {}, cluster: { get: none, create: none, delete: none } };
