import { complaintAboutPattern, type Dialect } from '../bounded/regular-expression.js';
import { abilitiesOf } from '../fields/abilities.js';
import { trafficFeatures } from '../traffic.js';
import { firstOf, type Rule } from './rule.js';

/** The dialects of each provider's data planes. For the Gateway API it depends on the implementation. */
const DIALECTS: Readonly<Record<string, readonly Dialect[]>> = {
  apisix: ['PCRE'],
  nginx: ['PCRE'],
  contour: ['RE2'],
  istio: ['RE2'],
};
const ANY: readonly Dialect[] = ['RE2', 'PCRE'];

interface Placed {
  readonly field: string;
  readonly pattern: string;
}

/**
 * A regular expression that the data plane can't parse lets nobody in, or makes it reject the whole route. Fields that
 * the provider ignores are reported as such instead.
 */
export const patternsCanBeRead: Rule = ({ provider: named, service, analysis }, { defaultProvider }) => {
  const provider = named ?? defaultProvider;
  const dialects = DIALECTS[provider] ?? ANY;
  const uses = (field: string): boolean =>
    abilitiesOf(provider)?.some((one) => one === field || one.startsWith(`${field}.`)) ?? true;
  const isMatched = trafficFeatures(provider).match.length > 0;
  const asked = {
    'spec.service.match': uses('service.match') ? service?.match : undefined,
    'spec.service.corsPolicy': uses('service.corsPolicy') ? service?.corsPolicy : undefined,
    'spec.analysis.match': isMatched ? analysis.match : undefined,
  };
  const patterns = Object.entries(asked).flatMap(([field, value]) => [...patternsBelow(field, value)]);
  return firstOf(patterns, ({ field, pattern }) => {
    const complaint = complaintAboutPattern(pattern, dialects);
    const remedy = `as a regular expression it can't be read: it ${complaint}`;
    return complaint === undefined ? undefined : { field, value: pattern, remedy };
  });
};

/** The field of a pattern has the same name wherever a text is matched. */
function* patternsBelow(field: string, value: unknown): Generator<Placed> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, part] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${field}[${key}]` : `${field}.${key}`;
    if (key === 'regex' && typeof part === 'string') yield { field: place, pattern: part };
    // Labels may have any name.
    else if (key !== 'sourceLabels') yield* patternsBelow(place, part);
  }
}
