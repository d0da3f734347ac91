import type { IncomingMessage } from 'node:http';
import type { RouteMatch } from '../routing/table.js';
import type { RequestBody } from '../proxying/request-body.js';

/** A plugin's part of a route, as its user has written it. */
export type PluginConfig = Readonly<Record<string, unknown>>;

/** A matched request that is about to be sent upstream. */
export interface PluginRequest {
  readonly request: IncomingMessage;
  readonly target: string;
  readonly host: string;
  readonly body: RequestBody;
}

/** A request as it is sent to a pod. */
export interface Upstream {
  /** Path and query. */
  readonly target: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  /** The pattern of the route that the request's path has matched. */
  readonly matchedPath: string;
}

/** A request that is over, however it went. */
export interface Completed {
  readonly match: RouteMatch;
  readonly code: number;
  /** The pod's address; empty when the request got to none. */
  readonly node: string;
  readonly requestMs: number;
  /** Absent when no upstream was asked. */
  readonly upstreamMs: number | undefined;
}

/**
 * A plugin of the gateway, under the name that APISIX gives it where APISIX has it. It is called for requests whose
 * route, or whose backend, has it enabled. What it throws is logged, and never fails the request.
 */
export interface GatewayPlugin {
  readonly name: string;
  /** The request's body must be readable twice. */
  readonly needsWholeBody?: boolean;
  onRequest?(request: PluginRequest, config: PluginConfig): void;
  /** What the pod is asked instead. */
  onUpstream?(upstream: Upstream, config: PluginConfig): Upstream;
  /** @param headers of the answer, names and values in turn @returns those that the client gets */
  onAnswer?(headers: readonly string[], config: PluginConfig): readonly string[];
  onCompleted?(completed: Completed, config: PluginConfig): void;
}
