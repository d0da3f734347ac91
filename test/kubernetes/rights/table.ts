import { GRANTS, type Process, type Verb } from '../../../scripts/rbac/rules.js';

/**
 * What becomes of it when a process has all the rights of its role but one: the one table that docs/rights.md shows and
 * the test goes through.
 */
export type Outcome =
  /** Nothing is written over it, users stay where they are, and it goes on by itself when the right is given. */
  | 'reported'
  /** The same, where the condition can't be written. */
  | 'event'
  /** Only the log can say so. */
  | 'log'
  /** Nothing can be reported on any Canary. */
  | 'not ready'
  /** It is done without. */
  | 'goes on'
  /** A release is brought home all the same. */
  | 'home'
  /** Told by the log and an Event, and done as soon as the right is there. */
  | 'waits'
  /** The notification is tried again. */
  | 'again'
  /** It counts as a check that could not be made. */
  | 'failed check'
  /** Only the admission plugin OwnerReferencesPermissionEnforcement asks for it. */
  | 'not asked';

const VERBS: readonly Verb[] = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];

const EXPLANATIONS: Readonly<Record<Outcome, string>> = {
  reported:
    'event and condition (reason `Refused`) have the API server’s words, with object, verb and reason; nothing of it is half done, users stay with whoever serves them, nothing else waits for it, and it is done when the right is there',
  event: 'the same in the event alone',
  log: 'the log has it, and nothing else waits for it',
  'not ready': 'the log has it, and `/readyz` says that the part isn’t ready, until the right is there',
  'goes on': 'nothing that matters is lost by it: it is done without, or by what is known already',
  home: 'a release whose run is lost is brought home all the same; what could not be done for it is in an event',
  waits:
    'the log and an event have it, users stay where they are, and the way home is tried again until the right is there',
  again: 'the notification is tried again, and an event says why it is late',
  'failed check': 'the check could not be made, which is reported and counts as the policy says',
  'not asked':
    'only asked for under the admission plugin OwnerReferencesPermissionEnforcement, which then refuses to create owned objects: reported',
};

/** Processes that carry releases out; whoever asks the API has the refusal in its answer. */
export const WRITING = ['worker', 'watch'] as const;
export type Writing = (typeof WRITING)[number];

type Outcomes = Readonly<Partial<Record<Verb, Outcome>>>;

/** The same for several. */
function of(outcome: Outcome, ...verbs: readonly Verb[]): Outcomes {
  return Object.fromEntries(verbs.map((verb) => [verb, outcome]));
}

const LOOK: readonly Verb[] = ['list', 'watch'];
const GENERATED = of('reported', 'get', ...LOOK, 'create', 'update', 'delete');
const ROUTE = of('reported', 'get', ...LOOK, 'create', 'update');
const KEPT = of('home', 'get', ...LOOK, 'create', 'update');
/** What a route is written for. */
const WAY_HOME = { ...of('home', 'get', 'watch'), ...of('waits', 'list', 'create', 'update') };

/** By process and resource; a right that the role gives and this doesn't know fails the test. */
const OUTCOMES: Readonly<Record<Writing, Readonly<Record<string, Outcomes>>>> = {
  worker: {
    canaries: { ...of('not ready', ...LOOK), ...of('goes on', 'get'), ...of('reported', 'update') },
    'canaries/status': of('event', 'update'),
    'canaries/finalizers': of('not asked', 'update'),
    metrictemplates: of('reported', ...LOOK),
    alertproviders: of('again', 'get'),
    deployments: GENERATED,
    daemonsets: ROUTE,
    controllerrevisions: of('reported', 'get', 'list', 'create', 'patch', 'delete'),
    configmaps: GENERATED,
    secrets: GENERATED,
    services: GENERATED,
    horizontalpodautoscalers: GENERATED,
    poddisruptionbudgets: { ...GENERATED, ...of('goes on', 'get', 'list') },
    scaledobjects: GENERATED,
    endpointslices: of('reported', ...LOOK),
    apisixroutes: GENERATED,
    httproutes: GENERATED,
    virtualservices: ROUTE,
    destinationrules: GENERATED,
    httpproxies: ROUTE,
    traefikservices: ROUTE,
    ingresses: GENERATED,
    leases: of('reported', 'get', ...LOOK, 'create', 'update'),
    events: of('log', 'create'),
    keptnmetrics: of('failed check', 'get'),
    analyses: of('failed check', 'get', 'create', 'delete'),
  },
  watch: {
    canaries: { ...of('not ready', ...LOOK), ...of('home', 'get') },
    'canaries/status': of('home', 'update'),
    'canaries/finalizers': of('not asked', 'update'),
    metrictemplates: of('home', ...LOOK),
    alertproviders: of('again', 'get'),
    deployments: { ...of('waits', 'list'), ...of('home', 'get', 'watch', 'update') },
    daemonsets: { ...of('waits', 'list'), ...of('home', 'get', 'watch', 'update') },
    controllerrevisions: of('home', 'get', 'list'),
    configmaps: KEPT,
    secrets: KEPT,
    services: { ...of('waits', 'list'), ...of('home', 'get', 'watch', 'update') },
    horizontalpodautoscalers: of('home', ...LOOK),
    poddisruptionbudgets: of('home', ...LOOK),
    scaledobjects: { ...of('waits', 'list'), ...of('home', 'get', 'watch', 'update') },
    apisixroutes: { ...KEPT, ...of('waits', 'list', 'update') },
    httproutes: WAY_HOME,
    virtualservices: WAY_HOME,
    destinationrules: WAY_HOME,
    httpproxies: WAY_HOME,
    traefikservices: WAY_HOME,
    ingresses: WAY_HOME,
    leases: of('home', 'get', ...LOOK, 'update'),
    events: of('log', 'create'),
  },
};

/** @returns undefined where nobody has said what becomes of it */
export function outcomeOf(process: Writing, resource: string, verb: Verb): Outcome | undefined {
  return OUTCOMES[process][resource]?.[verb];
}

/** One right of a process. */
export interface Row {
  readonly verb: Verb;
  readonly group: string;
  readonly resource: string;
}

/** Every right that the role of a process gives. */
export function rowsOf(process: Process): readonly Row[] {
  return GRANTS.flatMap(({ group, resource, verbs }) =>
    (verbs[process] ?? []).map((verb) => ({ verb, group, resource })),
  );
}

/** Each right that has no outcome, and each outcome whose right the role doesn't give. */
export function mismatches(process: Writing): readonly string[] {
  const given = rowsOf(process).map(({ verb, resource }) => `${verb} ${resource}`);
  const told = Object.entries(OUTCOMES[process]).flatMap(([resource, outcomes]) =>
    Object.keys(outcomes).map((verb) => `${verb} ${resource}`),
  );
  return [...given.filter((right) => !told.includes(right)), ...told.filter((right) => !given.includes(right))];
}

/** The table of a process, in Markdown. */
export function renderTable(process: Writing): string {
  const rows = Object.entries(OUTCOMES[process]).map(
    ([resource, outcomes]) => `| \`${resource}\` | ${VERBS.map((verb) => outcomes[verb] ?? '').join(' | ')} |`,
  );
  const head = `| ${process} without … on | ${VERBS.map((verb) => `\`${verb}\``).join(' | ')} |`;
  return [head, `| --- | ${VERBS.map(() => '---').join(' | ')} |`, ...rows].join('\n');
}

/** What the words of the tables mean, in Markdown. */
export function renderLegend(): string {
  return Object.entries(EXPLANATIONS)
    .map(([outcome, text]) => `- **${outcome}**: ${text}.`)
    .join('\n');
}
