import { isNamespaceName, isObjectName } from '../../domain/names.js';
import { QueryRefused } from '../errors.js';

/** The object that a query for Keptn names. */
export type KeptnQuery =
  | { readonly kind: 'metric'; readonly namespace: string; readonly name: string }
  | {
      readonly kind: 'analysis';
      readonly namespace: string;
      /** Of the AnalysisDefinition. */
      readonly name: string;
      /** How far the analysis looks back. */
      readonly duration: string;
      readonly args: Readonly<Record<string, string>>;
    };

const DEFAULT_DURATION = '1m';
const FORMAT = 'keptnmetric/<namespace>/<name> or analysis/<namespace>/<name>[/<duration>[/<key>=<value>;…]]';

/**
 * Parses a query such as `keptnmetric/my-ns/my-metric` or `analysis/my-ns/my-definition/5m/stage=prod;project=x`. Case
 * doesn't matter, and words may be in the plural.
 *
 * @throws QueryRefused
 */
export function readQuery(query: string): KeptnQuery {
  const text = query.toLowerCase().trim();
  const [kind = '', namespace = '', name = '', duration, args = ''] = text.split('/');
  if (!isNamespaceName(namespace) || !isObjectName(name)) {
    throw new QueryRefused(`unexpected query format: ${JSON.stringify(text)} is not of the form ${FORMAT}`);
  }
  switch (kind) {
    case 'keptnmetric':
    case 'keptnmetrics':
      return { kind: 'metric', namespace, name };
    case 'analysis':
    case 'analyses':
      return { kind: 'analysis', namespace, name, duration: duration ?? DEFAULT_DURATION, args: argumentsIn(args) };
    default:
      throw new QueryRefused(
        `unexpected resource kind ${JSON.stringify(kind)} in the query: it must be keptnmetric or analysis`,
      );
  }
}

/** Parts other than `key=value` are ignored, as in Flagger. */
function argumentsIn(text: string): Record<string, string> {
  const pairs = text.split(';').map((pair) => pair.split('='));
  return Object.fromEntries(pairs.flatMap(([key, value, more]) => (key && value && !more ? [[key, value]] : [])));
}
