import { ProviderError } from './errors.js';

/** What a provider finds where Serinus runs, rather than in a template. */
export interface ProviderEnvironment {
  /** The process's environment, where clouds tell who we are. */
  readonly environment: Environment;
  readonly cluster: ClusterApi;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The Kubernetes API, as Serinus itself may use it.
 *
 * All calls throw {@link QueryRefused} where the request isn't valid and {@link ProviderError} where the API server
 * doesn't answer, fails or refuses us.
 */
export interface ClusterApi {
  /**
   * @param token asks under this identity instead of our own
   * @returns undefined where there is nothing at that path
   */
  get(path: string, options: { readonly signal: AbortSignal; readonly token?: string }): Promise<unknown>;
  /** @param object goes into the collection at that path */
  create(path: string, object: object, options: { readonly signal: AbortSignal }): Promise<void>;
  /** What isn't there is fine. */
  delete(path: string): Promise<void>;
}

const none = () => Promise.reject(new ProviderError('there is no Kubernetes API to ask'));

/** Nothing to be found anywhere. */
export const NOWHERE: ProviderEnvironment = { environment: {}, cluster: { get: none, create: none, delete: none } };
