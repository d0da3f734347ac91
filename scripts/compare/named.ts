import type { Difference } from './diff.js';

/** What of an outcome differs: the parts of a comparison. */
export type Part = 'objects' | 'events' | 'statuses';

/** Differences that docs/differences.md names. */
interface Named {
  readonly part: Part;
  /** Whose lines they are: `-` Flagger's, `+` those of Serinus, both where undefined. */
  readonly mark?: '-' | '+';
  readonly lines: RegExp;
  /** Words of docs/differences.md that say so. */
  readonly says: string;
}

/** Everything that may differ in what `npm run compare` prints. */
const NAMED: readonly Named[] = [
  {
    part: 'objects',
    mark: '+',
    lines: /^(ControllerRevision\/\S+-primary-<hash>|Lease\/serinus-\S+) \(the whole object\)$/,
    says: 'Only Serinus makes the Lease `serinus-<canary>` and ControllerRevisions of the primary',
  },
  {
    part: 'objects',
    mark: '+',
    lines: /^\S+ metadata\.annotations\.serinus\.dev\/fence = \d+\.\d+$/,
    says: 'It puts `serinus.dev/fence` on what a release writes',
  },
  {
    part: 'objects',
    mark: '+',
    lines: /^\S+-primary metadata\.annotations\.serinus\.dev\/(previous|previous-revision|configs|former-configs) = /,
    says: '`serinus.dev/previous`, `previous-revision`, `configs` and `former-configs`',
  },
  {
    part: 'objects',
    mark: '-',
    lines: /^ApisixRoute\/\S+ spec\.http\.\d+\.websocket = false$/,
    says: 'Flagger adds `websocket: false` to the generated ApisixRoute',
  },
  {
    part: 'events',
    lines: / not ready: waiting for rollout to finish: /,
    says: '"… not ready: waiting for rollout to finish" tells what either saw when it looked',
  },
  {
    part: 'events',
    lines: / advancement success rate \d+\.\d+% < \d+%$/,
    says: 'They look at the canary’s own pods',
  },
  {
    part: 'events',
    mark: '-',
    lines: / failed: Operation cannot be fulfilled on .*: the object has been modified; /,
    says: 'Where somebody has written an object meanwhile, Flagger says so in a Warning',
  },
  {
    part: 'statuses',
    lines: /^\{"phase":"(Promoting|Finalising)",/,
    says: 'Flagger’s status shows weight and iterations 0 while the route still sends traffic to the canary',
  },
  {
    part: 'statuses',
    mark: '-',
    lines: /^\{"phase":"Progressing",.*"failedChecks":[1-9]/,
    says: 'Flagger’s status shows `failedChecks` at the threshold for a moment',
  },
  {
    part: 'statuses',
    mark: '-',
    lines: /^at the end: status\.trackedConfigs = \{\}$/,
    says: '`status.trackedConfigs` is `{}` in Flagger where nothing is tracked',
  },
];

/** What Flagger's API machinery makes of many Events: one that says the last of them. */
const FOLDED: Omit<Named, 'lines'> = {
  part: 'events',
  says: 'the API machinery folds them into "(combined from similar events)"',
};
const IS_FOLDED = /\(combined from similar events\)/;

/** All words of docs/differences.md that something is named by. */
export const SAID: readonly string[] = [...NAMED, FOLDED].map(({ says }) => says);

/**
 * Those differences that docs/differences.md doesn't name.
 *
 * @param differences of one part, in the order of both
 */
export function unnamed(part: Part, differences: readonly Difference[]): readonly Difference[] {
  const folded = part === 'events' ? differences.findIndex(({ line }) => IS_FOLDED.test(line)) : -1;
  return differences.filter(({ mark, line }, i) => {
    if (mark === ' ') return false;
    // One line of Flagger's stands for all that Serinus tells from there on.
    if (folded >= 0 && (i === folded || (i > folded && mark === '+'))) return false;
    return !NAMED.some((named) => named.part === part && (named.mark ?? mark) === mark && named.lines.test(line));
  });
}
