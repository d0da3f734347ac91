import { isOwnRoute } from '../traffic.js';
import { abilitiesOf, PROVIDER_FIELDS, usersOf } from './abilities.js';

/** A field that is set and has no effect. */
export interface UnusedField {
  /** From the object's root: `spec.service.corsPolicy`. */
  readonly field: string;
  /** Why, in words that continue after the field's name. */
  readonly why: string;
  readonly remedy: string;
}

/** The fields of a spec that its traffic provider ignores. Empty lists and texts don't count. */
export function unusedByProvider(spec: object, provider: string): readonly UnusedField[] {
  const own = ownRouteOf(spec, provider);
  const abilities = own === undefined ? abilitiesOf(provider) : BY_OWN_ROUTE;
  if (!abilities) return [];
  return PROVIDER_FIELDS.flatMap((field) => unusedBelow(field, valueAt(spec, field), abilities)).map((field) => {
    const users = usersOf(field);
    if (own !== undefined) {
      const remedy = `say it in that HTTPRoute, or remove spec.routeRef and name spec.service.gatewayRefs`;
      return { field: `spec.${field}`, why: `HTTPRoute ${own} is your own`, remedy };
    }
    return {
      field: `spec.${field}`,
      why: `the ${provider} provider has no use for it`,
      remedy: users === '' ? 'remove it' : `remove it, or use a provider that takes it: ${users}`,
    };
  });
}

/** All other settings of requests are in the route itself. */
const BY_OWN_ROUTE: readonly string[] = ['routeRef'];

/** The name of the users' own HTTPRoute, where the provider uses one. */
function ownRouteOf(spec: object, provider: string): string | undefined {
  const routeRef = valueAt(spec, 'routeRef') as { readonly kind: string; readonly name: string } | undefined;
  return isOwnRoute(provider, routeRef) ? routeRef?.name : undefined;
}

function unusedBelow(field: string, value: unknown, abilities: readonly string[]): readonly string[] {
  if (asksForNothing(value) || abilities.includes(field)) return [];
  const isPartly = abilities.some((one) => one.startsWith(`${field}.`));
  if (!isPartly) return [field];
  if (Array.isArray(value)) return [...new Set(value.flatMap((entry) => unusedBelow(field, entry, abilities)))];
  if (typeof value !== 'object' || value === null) return [field];
  return Object.entries(value).flatMap(([key, below]) => unusedBelow(`${field}.${key}`, below, abilities));
}

function asksForNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === '' || value === false) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}

function valueAt(spec: object, field: string): unknown {
  return field
    .split('.')
    .reduce<unknown>(
      (value, key) => (typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined),
      spec,
    );
}

interface Analysis {
  readonly iterations?: number | undefined;
  readonly match?: readonly unknown[] | undefined;
  readonly mirror?: boolean | undefined;
  readonly mirrorWeight?: number | undefined;
}

/**
 * The fields of an analysis that have no effect because of its other fields.
 *
 * @param routed whether the provider divides requests; where it doesn't, the strategy reports what it ignores
 */
export function unusedInAnalysis(
  { iterations = 0, match = [], mirror, mirrorWeight = 0 }: Analysis,
  routed: boolean,
): readonly UnusedField[] {
  const audience = {
    field: 'spec.analysis.match',
    why: 'without iterations it makes no A/B test: requests are divided by weight',
    remedy: 'set iterations instead of stepWeight or stepWeights, or remove it',
  };
  const share = {
    field: 'spec.analysis.mirrorWeight',
    why: 'nothing is mirrored without mirror',
    remedy: 'set mirror to true, or remove it',
  };
  return [
    ...(routed && match.length > 0 && iterations <= 0 ? [audience] : []),
    ...(mirrorWeight > 0 && !mirror ? [share] : []),
  ];
}

interface AutoscalerRef {
  readonly kind: string;
  readonly primaryScalerQueries?: Readonly<Record<string, string>> | undefined;
}

/** Queries belong to triggers, which only a ScaledObject has. */
export function unusedInAutoscaler(ref: AutoscalerRef | undefined): readonly UnusedField[] {
  if (!ref || ref.kind === 'ScaledObject' || Object.keys(ref.primaryScalerQueries ?? {}).length === 0) return [];
  return [
    {
      field: 'spec.autoscalerRef.primaryScalerQueries',
      why: `a ${ref.kind} has no triggers that it could be for`,
      remedy: 'remove it',
    },
  ];
}
