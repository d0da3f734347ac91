import type { ServerName } from '../types.js';

/** Data planes that the lab can run in earnest, by the name that `--gateway` gives them. */
export const PLANES = {
  contour: { title: 'Envoy, told by Contour', servers: ['contour', 'envoy'], providers: ['contour', 'gatewayapi:v1'] },
} as const satisfies Readonly<Record<string, Plane>>;

export interface Plane {
  readonly title: string;
  readonly servers: readonly ServerName[];
  /** Serinus' providers that it serves. */
  readonly providers: readonly string[];
}

export type PlaneName = keyof typeof PLANES;

export const PLANE_NAMES = Object.keys(PLANES) as readonly PlaneName[];

export function isPlaneName(name: string): name is PlaneName {
  return name in PLANES;
}

/** Servers that no lab starts unless it is asked for the data plane that they are. */
export const PLANE_SERVERS: ReadonlySet<ServerName> = new Set(Object.values(PLANES).flatMap(({ servers }) => servers));
