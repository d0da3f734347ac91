/**
 * What becomes of each generated object, in each phase, whatever happens to it: the one table that docs/repair.md shows
 * and the test goes through.
 */

export const PHASES = [
  'initialising',
  'at rest',
  'progressing',
  'paused',
  'at a gate',
  'promoting',
  'finalising',
  'rolling back',
  'undoing',
  'terminating',
] as const;
export type PhaseName = (typeof PHASES)[number];

export const FAULTS = ['deleted', 'edited by hand', 'write refused', 'owned by somebody else', 'Lease gone'] as const;
export type Fault = (typeof FAULTS)[number];

export const OBJECTS = [
  'primary workload',
  'primary Service',
  'canary Service',
  'apex Service',
  'route',
  'copy of the autoscaler',
  'copy of the PodDisruptionBudget',
  'copy of a ConfigMap',
  'copy of a Secret',
  'Lease',
] as const;
export type ObjectName = (typeof OBJECTS)[number];

export type Outcome =
  /** It is made again as it was, before anything else is done. */
  | 'made again'
  /** What was changed is put back; what else its users have added stays. */
  | 'put back'
  /** It stays as it was edited: people scale it, and the next promotion replaces it. */
  | 'left'
  /** Nothing is written; it is reported by name, nothing else waits for it, and it goes on by itself later. */
  | 'reported'
  /** It isn't there yet in this phase. */
  | 'not made yet'
  /** A newer Lease fences the run off. */
  | 'fenced'
  /** Kubernetes won't let go of it, or it makes no difference. */
  | 'goes on';

const EXPLANATIONS: Readonly<Record<Outcome, string>> = {
  'made again': 'as it was, before anything else is done; its destination is complete before traffic is sent there',
  'put back': 'changed fields are as they were; users’ own additions stay',
  left: 'it stays as it was edited: people scale it, and the next promotion replaces it',
  reported:
    'nothing is written over it; event and condition name the object and the reason, nothing else waits for it, and it is made again as soon as that is possible',
  'not made yet': 'it doesn’t exist yet in this phase',
  fenced: 'the run that finds a newer Lease writes nothing more; the next run that takes the Canary gets past it',
  'goes on': 'it makes no difference',
};

/** Only the Canary's own Lease has outcomes of its own. */
const OF_LEASE: Readonly<Record<Fault, Outcome>> = {
  deleted: 'made again',
  'edited by hand': 'fenced',
  'write refused': 'reported',
  'owned by somebody else': 'goes on',
  'Lease gone': 'made again',
};

const OF_OTHERS: Readonly<Record<Fault, Outcome>> = {
  deleted: 'made again',
  'edited by hand': 'put back',
  'write refused': 'reported',
  'owned by somebody else': 'reported',
  'Lease gone': 'made again',
};

/** A Canary that is initialised serves nobody by these yet. */
const LATER: readonly ObjectName[] = ['apex Service', 'route'];

/** What people and autoscalers change in an emergency; a release replaces it. */
const SCALED: readonly ObjectName[] = ['primary workload', 'copy of the autoscaler'];

/** The right outcome of a cell. */
export function outcomeOf(object: ObjectName, phase: PhaseName, fault: Fault): Outcome {
  if (object === 'Lease') return OF_LEASE[fault];
  if (phase === 'initialising' && LATER.includes(object)) return 'not made yet';
  if (object === 'copy of the PodDisruptionBudget' && fault === 'owned by somebody else') return 'goes on';
  if (SCALED.includes(object) && fault === 'edited by hand') return 'left';
  return OF_OTHERS[fault];
}

/** The table, in Markdown: rows that are the same in all phases stand once. */
export function renderTable(): string {
  const rows = OBJECTS.flatMap((object) =>
    groups(object).map(({ phases, outcomes }) => `| ${object} | ${phases} | ${outcomes.join(' | ')} |`),
  );
  const head = `| object | phases | ${FAULTS.join(' | ')} |`;
  const line = `| --- | --- | ${FAULTS.map(() => '---').join(' | ')} |`;
  return [head, line, ...rows].join('\n');
}

/** What the words of the table mean, in Markdown. */
export function renderLegend(): string {
  return Object.entries(EXPLANATIONS)
    .map(([outcome, text]) => `- **${outcome}**: ${text}.`)
    .join('\n');
}

function groups(object: ObjectName): { phases: string; outcomes: readonly Outcome[] }[] {
  const found = new Map<string, { phases: PhaseName[]; outcomes: readonly Outcome[] }>();
  for (const phase of PHASES) {
    const outcomes = FAULTS.map((fault) => outcomeOf(object, phase, fault));
    const known = found.get(outcomes.join('|')) ?? { phases: [], outcomes };
    known.phases.push(phase);
    found.set(outcomes.join('|'), known);
  }
  return [...found.values()].map(({ phases, outcomes }) => ({ phases: titleOf(phases), outcomes }));
}

function titleOf(phases: readonly PhaseName[]): string {
  if (phases.length === PHASES.length) return 'all';
  return phases.length > PHASES.length / 2 ? `all others` : phases.join(', ');
}
