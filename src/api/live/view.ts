import { readCanary, type CanaryView } from '../../canary/read.js';
import type { Dependencies } from '../../dependencies.js';
import type { Canary } from '../../crds/canary.js';
import { policyOfCanary } from '../../crds/policy.js';
import type { Readiness } from '../../domain/findings.js';
import type { CanaryKey } from '../../domain/identity.js';
import { courseOf } from '../../domain/record/course.js';
import type { RecordEntry } from '../../domain/record/record.js';
import type { RunState } from '../../domain/state.js';
import { messageOf } from '../../errors.js';
import type { KubeObject } from '../../kube/object.js';
import { cachesFilled } from '../caches.js';
import { unknownCanary } from '../canaries/canaries.js';
import { summaryOf } from '../canaries/summary.js';
import { Expiring } from '../expiring.js';
import { askKubernetes } from '../problems/outside.js';
import { steeringAtRest } from '../releases/at-rest.js';
import { courseView } from '../releases/course.js';
import type { Run } from '../releases/run.js';
import type { Runs } from '../releases/runs.js';
import { releaseOf } from '../releases/view.js';
import { withWatch } from '../releases/watched.js';
import type { CanarySummary } from '../schema/canary.js';
import type { Live } from '../schema/live.js';
import type { Release } from '../schema/release.js';
import { cachedImages } from '../canaries/images.js';
import { missingOf } from '../canaries/missing.js';
import { trafficOf } from './traffic.js';
import type { Links } from './links.js';
import { nextOf, type Next } from '../../domain/narrative/next.js';
import { Pods } from './pods.js';
import { treeOf, type Seen } from './tree.js';
import { why } from '../../domain/narrative/why.js';

type Analysis = Extract<RecordEntry, { what: 'analysis' }>;

/** Facts about a Canary's newest run. */
interface Known {
  readonly run?: Run;
  readonly release?: Release;
  readonly state?: RunState | undefined;
  /** The last one. */
  readonly analysis?: Analysis | undefined;
  /** Why more is unknown. */
  readonly unknown?: string;
}

/** An ended run stays as it is. */
const ENDED_MS = 600_000;
/** What is observed after a promotion keeps changing. */
const WATCHED_MS = 2_000;

/** Combines the state of a Canary and its release: from informer caches, its pods, and its run. */
export class LiveView {
  private readonly ended = new Expiring<EndedRun>(ENDED_MS, 200);
  private readonly watches = new Expiring<Release>(WATCHED_MS, 200);
  private readonly pods: Pods;

  constructor(
    private readonly deps: Dependencies,
    private readonly runs: Runs,
    private readonly links: Links,
  ) {
    this.pods = new Pods(deps.cache.client, deps.log);
  }

  /** @throws Problem where the Canary doesn't exist, or the caches aren't filled yet */
  async of(key: CanaryKey): Promise<Live> {
    await cachesFilled(this.deps, this.runs.patience.readMs);
    // Before anything is read: of two views, the later one contains all that the earlier one does.
    const now = this.deps.now();
    const view = await askKubernetes(() => readCanary(this.deps, key));
    if (!view) throw unknownCanary(key);
    const known = await this.known(key);
    const summary = await this.summary(view, known);
    const [primary, target] = await Promise.all([
      this.workload(view, summary, 'primary'),
      this.workload(view, summary, 'canary'),
    ]);
    const links = await this.links.of(view.canary, known.run, known.analysis);
    return this.put(now, view, summary, known, treeOf(summary, primary, target), links);
  }

  /** The fleet's row, with the run's own answer. */
  private async summary(view: CanaryView, { state }: Known): Promise<CanarySummary> {
    const open = state?.ending === undefined ? state : undefined;
    const missing = open?.problem?.text ?? (await missingOf(this.deps, view));
    const waiting = open?.paused ? 'resume' : open?.gate?.gate;
    const summary = summaryOf(view, this.deps.settings, {
      missing,
      waiting,
      images: cachedImages(this.deps, view),
    });
    const policy = open?.policy;
    if (!open || !policy) return summary;
    const { strategy } = policy;
    const match = view.canary?.analysis.match ?? [];
    const traffic = trafficOf({ strategy, match, ...open, iterations: 0 });
    return { ...summary, traffic: traffic ?? { to: 'share', percent: 0 } };
  }

  private put(
    now: number,
    view: CanaryView,
    summary: CanarySummary,
    known: Known,
    tree: Live['tree'],
    links: Live['links'],
  ): Live {
    const { state, release, analysis } = known;
    // The newest release's course; before the first release, the Canary's.
    const course = release?.course ?? (view.canary && courseView(courseOf(policyOfCanary(view.canary), 0)));
    const open = state?.ending === undefined ? state : undefined;
    const next = (state && nextOf(state, now)) ?? nextOfWatch(release);
    const { attention, standing, traffic } = summary;
    return {
      canary: { namespace: summary.namespace, name: summary.name },
      cluster: this.deps.settings.clusterName,
      at: new Date(now).toISOString(),
      phase: state?.phase ?? summary.phase,
      standing,
      ...(release === undefined ? {} : { release: named(release, summary) }),
      ...(course === undefined ? {} : { strategy: course.strategy }),
      weight: { wanted: open?.weight ?? summary.canaryWeight, ...(open && seenOf(analysis, open)) },
      ...(traffic === undefined ? {} : { traffic }),
      why: whyOf(summary, known),
      ...(next === undefined
        ? {}
        : { next: { what: next.what, ...(next.at === undefined ? {} : { at: new Date(next.at).toISOString() }) } }),
      ...(attention === undefined ? {} : { attention }),
      tree,
      gates: course?.gates ?? [],
      links,
    };
  }

  private async workload(view: CanaryView, { target }: CanarySummary, of: 'primary' | 'canary'): Promise<Seen> {
    const { namespace = '' } = view.object.metadata;
    const kind = this.deps.workloads.find((candidate) => candidate.kind === target.kind);
    if (!kind) return { object: undefined, readiness: undefined, pods: undefined };
    const name = of === 'canary' ? target.name : `${target.name}-primary`;
    const object = await this.deps.cache.get(kind.type, namespace, name);
    if (!object) return { object, readiness: undefined, pods: undefined };
    const [readiness, pods] = await Promise.all([
      view.canary && this.readiness(kind, view.canary, of),
      this.podsOf(object),
    ]);
    return { object, readiness, pods };
  }

  private async readiness(
    kind: Dependencies['workloads'][number],
    canary: Canary,
    of: 'primary' | 'canary',
  ): Promise<Readiness | undefined> {
    try {
      return await kind.readiness(canary, of, this.deps.now());
    } catch (error) {
      return { ready: false, retriable: false, reason: messageOf(error), available: false };
    }
  }

  private podsOf(object: KubeObject): Promise<readonly KubeObject[] | undefined> {
    return this.pods.of(object);
  }

  private async known(key: CanaryKey): Promise<Known> {
    try {
      const run = await this.runs.latest(key);
      if (!run) return {};
      if (run.status !== 'running') {
        const { release, analysis, watchedBy } = await this.ended.get(run.runId, () => this.endedRun(run));
        const watched = await this.watches.get(run.runId, () => withWatch(this.runs, release, watchedBy));
        // Visible to everybody who may see the Canary, even without permission for its target: it contains no template.
        const atRest = await steeringAtRest(this.deps, this.runs, key, release, () => Promise.resolve(false));
        return { run, release: { ...watched, ...atRest }, analysis };
      }
      const answer = await this.runs.view(run);
      const release = releaseOf(run, answer, undefined);
      if ('unavailable' in answer) return { run, release, unknown: answer.unavailable };
      return { run, release, state: answer.state, analysis: answer.state && lastAnalysis(answer.state.record) };
    } catch (error) {
      return { unknown: messageOf(error) };
    }
  }

  /** The result of an ended run needs no worker. */
  private async endedRun(run: Run): Promise<EndedRun> {
    const outcome = await this.runs.outcome(run);
    const release = releaseOf(run, { unavailable: `the run ended without a result: ${run.status}` }, outcome);
    return { release, analysis: outcome && lastAnalysis(outcome.record), watchedBy: outcome?.watchedBy };
  }
}

function nextOfWatch(release: Release | undefined): Next | undefined {
  if (release?.watch?.stands !== 'watching') return undefined;
  return { what: 'the watch after the promotion ends', at: Date.parse(release.watch.until) };
}

const STANDS: Readonly<Record<Exclude<NonNullable<Release['watch']>['stands'], 'watching'>, string>> = {
  clean: 'promoted, and no worse since than before',
  regressed: 'promoted, and worse since than before',
  'cut-short': 'promoted; what was watched after it ended early',
  'not-judged': 'promoted; nothing could be judged since',
};

function watchText({ stands, until, says }: NonNullable<Release['watch']>): string {
  return stands === 'watching'
    ? `promoted, and watched until ${until.slice(0, 19)}Z: ${says}`
    : `${STANDS[stands]}: ${says}`;
}

/** Before a run has observed its release, the caches know. */
function named(release: Release, { versions }: CanarySummary): Release {
  return release.ended || release.versions !== undefined || versions === undefined ? release : { ...release, versions };
}

interface EndedRun {
  readonly release: Release;
  readonly analysis: Analysis | undefined;
  readonly watchedBy: string | undefined;
}

function lastAnalysis(record: readonly RecordEntry[]): Analysis | undefined {
  return record.findLast((entry) => entry.what === 'analysis');
}

/** A share seen under another weight says nothing about this one. */
function seenOf(
  analysis: Analysis | undefined,
  { weight, weightSince }: RunState,
): Pick<Live['weight'], 'seen' | 'unknown'> {
  if (analysis?.seen === undefined || analysis.weight !== weight || analysis.at < weightSince) return {};
  if ('unknown' in analysis.seen) return { unknown: analysis.seen.unknown };
  const { at, ...seen } = analysis.seen;
  return { seen: { ...seen, at: new Date(at).toISOString() } };
}

function whyOf(summary: CanarySummary, { state, release, unknown }: Known): string {
  if (state) return why(state);
  if (unknown !== undefined) return `not known: ${unknown}`;
  if (summary.problem !== undefined) return `the spec is not valid: ${summary.problem}`;
  if (summary.suspended) return 'suspended: spec.suspend is true';
  if (!release) return summary.message === '' ? 'nothing has been released yet' : summary.message;
  if (release.watch) return watchText(release.watch);
  if (release.verdict !== undefined) return release.verdict;
  const outcome = release.outcome ?? release.run;
  return release.reason === undefined || release.reason === '' ? outcome : `${outcome}: ${release.reason}`;
}
