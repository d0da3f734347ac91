import { about, type Lint } from '../subject.js';

const REMEDIES = {
  'foreign-object': 'delete or rename it, or make the Canary its controller',
  'shared-object': 'give each of the two a service.name, an autoscaler and a route of its own',
  'foreign-pods': 'give one of the two a label of its own in spec.selector.matchLabels',
} as const;

const FIELDS = {
  'foreign-object': 'spec',
  'shared-object': 'spec',
  'foreign-pods': 'spec.targetRef',
} as const;

/** Foreign objects, for which a release would be refused before anything moves. */
export const nothingIsForeign: Lint = (subject) =>
  subject.foreign.map(({ rule, title, message }) =>
    about(subject, {
      rule,
      severity: 'error',
      field: FIELDS[rule],
      value: title,
      message,
      remedy: REMEDIES[rule],
    }),
  );
