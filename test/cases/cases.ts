import { readFileSync, readdirSync } from 'node:fs';

/** What `serinus check` says of a manifest as it is written: rule, and what it is about. */
interface Case {
  readonly shows: string;
  /** `Canary: rule about`, of errors and of what is named for having no effect; advice on the side is left out. */
  readonly check: readonly string[];
}

/**
 * Manifests of teams, each of which has made a release go wrong: reduced to what it takes, and named after what they
 * have. `kubernetes/cases/manifests.test.ts` applies them; those that need a whole release to show what is right are in
 * `contract/statements/reports.ts` with its tests.
 */
export const CASES: Readonly<Record<string, Case>> = {
  'analysis-of-2019': {
    shows: 'the old name of the analysis is told, not only that the new one is missing',
    check: ['quotes: invalid spec.analysis', 'quotes: unknown-field spec.canaryAnalysis'],
  },
  'autoscaler-left-behind': { shows: 'one autoscaler at a time pulls at a primary', check: [] },
  'config-copy-deleted': { shows: 'a copy that is deleted at rest is made again', check: [] },
  'cors-at-a-gateway': { shows: 'CORS is in the route that the Gateway reads', check: [] },
  'generated-names-taken': {
    shows: 'what bears a generated name and is the users’ own is refused by name, and stays',
    check: [
      'cart: foreign-object Service/cart-canary',
      'cart: foreign-object ConfigMap/settings-primary',
      'cart: foreign-object Secret/db-primary',
    ],
  },
  'keda-envoy-name': { shows: 'a name within a longer one of a proxy is the primary’s', check: [] },
  'keda-paused': { shows: 'the primary inherits no pause', check: [] },
  'keda-trigger-named-in-metadata': {
    shows: 'a query for a trigger that has no such name is said before a release',
    check: ['pod: query-without-trigger spec.autoscalerRef.primaryScalerQueries.prom-trigger'],
  },
  'own-service-with-more-ports': { shows: 'the users’ own ports, node ports and names stay', check: [] },
  'primary-leftovers': { shows: 'affinity goes by the label’s value', check: [] },
  'pruned-fields': {
    shows: 'each field that no schema has is named',
    check: [
      'shop: unknown-field spec.autoscalerRef.canaryScalerReplicas',
      'shop: unknown-field spec.service.sessionAffinity',
      'shop: unknown-field spec.stepWeight',
      'shop: unknown-field spec.maxWeight',
      'shop: unknown-field spec.steps',
      'shop: unknown-field spec.analysis.match[0].percentage',
    ],
  },
  'releases-of-one-chart': { shows: 'two releases of one chart keep their users apart', check: [] },
  'shared-config': { shows: 'each of two Canaries has its own copy of one ConfigMap', check: [] },
};

const FOLDER = new URL('./', import.meta.url);

/** Names of all manifests that there are. */
export function manifestNames(): readonly string[] {
  return readdirSync(FOLDER).flatMap((file) => (file.endsWith('.yaml') ? [file.slice(0, -'.yaml'.length)] : []));
}

/** The text of a manifest, with its objects in a namespace. */
export function manifestText(name: string, namespace: string): string {
  return readFileSync(new URL(`${name}.yaml`, FOLDER), 'utf8').replaceAll('$NS', namespace);
}
