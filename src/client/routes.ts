// Written by `npm run manifests` from the API's OpenAPI document; change what that is made from.

export interface AnalysisEntry {
  /** When */
  at: string;
  what: 'analysis';
  weight: number;
  ok: boolean;
  hooks: {
    hook: string;
    ok: boolean;
    /** Why not */
    error?: string;
    /** From the call to its last answer, with all attempts */
    durationMs?: number;
    /** HTTP status of the last answer; missing where there was none */
    status?: number;
    /** Calls that were made; 0 where none could be */
    attempts?: number;
    /** When it was called, milliseconds since 1970 */
    at?: number;
  }[];
  metrics: {
    metric: string;
    ok: boolean;
    /** Missing where there was none */
    value?: number;
    min?: number;
    max?: number;
    /** The time that the query looked back on */
    window?: {
      /** Begin, milliseconds since 1970 */
      from: number;
      /** End, milliseconds since 1970 */
      to: number;
    };
    /** What is wrong */
    message?: string;
    /** The provider failed, not the canary */
    providerError?: true;
    /** The provider answered, and had no value */
    noValues?: true;
  }[];
  seen?:
    | {
        /** Share of the requests that reached the canary */
        percent: number;
        /** To canary and primary together */
        requests: number;
        windowSeconds: number;
        /** End of the window, milliseconds since 1970 */
        at: number;
      }
    | {
        /** Why it is unknown */
        unknown: string;
      };
  /** What the counts of both versions say */
  judged?: {
    verdict: 'FAIL' | 'PASS' | 'WAIT';
    /** The time that was counted; missing where none could be */
    window?: {
      /** Begin, milliseconds since 1970 */
      from: number;
      /** End, milliseconds since 1970 */
      to: number;
    };
    /** As they were divided, where the canary is compared with a baseline, which stands as the primary in counts */
    requests?: { canary: number; primary: number; baseline: number };
    counts?: {
      [name: string]: { canary: { requests: number; bad: number }; primary: { requests: number; bad: number } };
    };
    /** The window’s requests by how slow they were */
    latency?: {
      /** In seconds */
      edges: number[];
      canary: {
        requests: number;
        /** By edge */
        slower: number[];
      };
      primary: {
        requests: number;
        /** By edge */
        slower: number[];
      };
    };
    metrics: {
      metric: string;
      verdict: 'FAIL' | 'PASS' | 'WAIT';
      /** Of latency: bad is what took longer than so many seconds */
      edge?: number;
      /** Of means: in the values’ own unit; bad is their sum by the largest value */
      mean?: {
        canary: number;
        primary: number;
        /** Of the ratio of both */
        limit: number;
      };
      /** φ, where failures come in bursts */
      dispersion?: number;
      /** How many times as often as the primary the canary is bad */
      ratio?: number;
      /** Of the interval of 95 % */
      lower: number;
      /** Missing where nothing bounds it */
      upper?: number;
      /** How far the evidence has come, 0 to 1 */
      towardsFail: number;
      towardsPass: number;
      canary: { requests: number; bad: number };
      primary: { requests: number; bad: number };
    }[];
    /** Why the window did not count */
    passedOver?: 'split' | 'both-bad';
    /** What was seen then */
    seen?: string;
    /** Why nothing could be read */
    unknown?: string;
    /** The canary has got requests since its weight was set */
    heard: boolean;
    /** That counted so far */
    windows: number;
    /** Why FAIL, or what it waits for */
    says: string;
  };
}

export interface ApprovalInput {
  /** Why, for the record */
  reason?: string;
  /** Who asks; only where no token says it, and marked as unverified then */
  by?: string;
  /** The revision that you saw; where another one is under way, the order is refused */
  revision?: string;
  /** The gate that you mean; where it waits at another one, the order is refused */
  gate?:
    | 'confirm-rollout'
    | 'confirm-traffic-increase'
    | 'confirm-promotion'
    | 'rollout'
    | 'weight'
    | 'promotion'
    | 'rollback';
}

export interface BacktestAnswer {
  namespace: string;
  canary: string;
  /** The one that has ended last comes first */
  items: BacktestedRelease[];
  /** Releases for which there was no time: ask for fewer, or for later ones */
  untested: number;
}

export interface BacktestRequestInput {
  /** The Canary with the policy, which is not applied: text in YAML or JSON, or an object */
  manifest: string | { [name: string]: unknown };
  /** Of the releases, and of a manifest that names none; that of the manifest, or "default", where missing */
  namespace?: string;
  /** Whose releases; that of the manifest where missing */
  canary?: string;
  /** Only releases that have begun since then */
  since?: string;
  /** At most so many releases, those that have ended last */
  limit?: number;
}

export interface BacktestedRelease {
  id: string;
  startedAt: string;
  /** Its outcome */
  was: string;
  /** Seconds from its first counted window to its end; missing where nothing was counted */
  wasAfter?: number;
  /** How the policy would have ended it. waits: by its promotion there was no proof of it; goes-on: not decided by its end; unknown: nothing was counted */
  end: 'rolled-back' | 'promoted' | 'waits' | 'goes-on' | 'unknown';
  /** From its first counted window until the policy would have decided */
  seconds?: number;
  /** By how many seconds later than it has ended that would have been; less than 0 is earlier */
  later?: number;
  /** Seconds until it was proven good */
  provenAfter?: number;
  /** That were weighed */
  windows: number;
  says: string;
  /** Metrics of the policy that nobody has counted: they are left out */
  uncounted: string[];
}

export interface BestCase {
  /** Analyses that the canary must pass */
  checks: number;
  /** The canary’s weights; empty where it goes by iterations */
  weights: number[];
  /** From the canary’s first traffic to the promotion */
  analysisSeconds: number;
  /** From the canary’s first traffic to the end */
  seconds: number;
  explanation: string;
}

export interface Canary {
  /** The cluster that it is in, as --cluster-name calls it */
  cluster: string;
  namespace: string;
  name: string;
  /** status.phase; empty for a new Canary */
  phase:
    | ''
    | 'Initializing'
    | 'Initialized'
    | 'Waiting'
    | 'Progressing'
    | 'WaitingPromotion'
    | 'Promoting'
    | 'Finalising'
    | 'Succeeded'
    | 'Failed'
    | 'Terminating'
    | 'Terminated';
  /** Status in one word: its phase, and what a phase alone does not show */
  standing:
    | 'failed'
    | 'regressed'
    | 'undone'
    | 'waiting'
    | 'paused'
    | 'invalid'
    | 'blocked'
    | 'suspended'
    | 'progressing'
    | 'promoting'
    | 'starting'
    | 'succeeded'
    | 'initialized'
    | 'leaving';
  /** Percent of the traffic that the canary gets; 0 in an A/B test, as in its status */
  canaryWeight: number;
  /** Which requests reach the canary; missing where it is unknown */
  traffic?:
    | {
        to: 'share';
        /** Percent of the requests */
        percent: number;
      }
    | {
        to: 'match';
        /** What all requests to the canary have, in words */
        match: string;
      };
  failedChecks: number;
  target: { kind: string; name: string };
  /** The traffic provider */
  provider: string;
  /** When the status was written last */
  lastTransitionTime?: string;
  /** Hash of the revision under analysis, or seen last; empty before the first */
  revision: string;
  /** Hash of the revision that was promoted last */
  promotedRevision: string;
  /** spec.suspend: nothing is released */
  suspended: boolean;
  /** Of the condition Promoted */
  message: string;
  releaseUnderWay: boolean;
  /** What is wrong with the spec */
  problem?: string;
  /** What it refers to and is not there */
  missing?: string;
  /** What the primary runs, and what the target has where that is another */
  versions?: Versions;
  /** How far the analysis has come, in weights or iterations; missing where nothing is under way */
  step?: { done: number; of: number };
  /** The metric that is nearest to its limit, or the farthest beyond it, by the last check of the release under way */
  worst?: {
    metric: string;
    value: number;
    min?: number;
    max?: number;
    /** It is within its limits */
    ok: boolean;
  };
  /** Who started the release under way */
  by?: string;
  /** When the release under way began */
  startedAt?: string;
  /** What it is a part of: the Canary’s label app.kubernetes.io/part-of */
  application?: string;
  /** Whose it is: the Canary’s label team, or one that ends in /team */
  team?: string;
  /** Why it needs attention: failed, waits for approval, paused, halted, … */
  attention?: string;
  conditions: {
    /** Type of the condition; Promoted is the only one */
    type: string;
    /** True, False or Unknown */
    status: string;
    /** The phase */
    reason: string;
    /** The same in words */
    message?: string;
    /** When the condition was written last */
    lastUpdateTime?: string;
    /** When its status changed last */
    lastTransitionTime?: string;
  }[];
  /** How long a release takes at best: every check passes, nobody is waited for; missing where the spec is not valid */
  forecast?: {
    /** From the canary’s first traffic to the end */
    seconds: number;
    checks: number;
    explanation: string;
  };
  images: {
    /** Image by container */
    target?: { [name: string]: string };
    /** Image by container */
    primary?: { [name: string]: string };
  };
  /** The run that is open; null where there is none */
  release: OpenRelease | null;
}

export interface CanaryList {
  items: CanarySummary[];
}

export interface CanarySummary {
  /** The cluster that it is in, as --cluster-name calls it */
  cluster: string;
  namespace: string;
  name: string;
  /** status.phase; empty for a new Canary */
  phase:
    | ''
    | 'Initializing'
    | 'Initialized'
    | 'Waiting'
    | 'Progressing'
    | 'WaitingPromotion'
    | 'Promoting'
    | 'Finalising'
    | 'Succeeded'
    | 'Failed'
    | 'Terminating'
    | 'Terminated';
  /** Status in one word: its phase, and what a phase alone does not show */
  standing:
    | 'failed'
    | 'regressed'
    | 'undone'
    | 'waiting'
    | 'paused'
    | 'invalid'
    | 'blocked'
    | 'suspended'
    | 'progressing'
    | 'promoting'
    | 'starting'
    | 'succeeded'
    | 'initialized'
    | 'leaving';
  /** Percent of the traffic that the canary gets; 0 in an A/B test, as in its status */
  canaryWeight: number;
  /** Which requests reach the canary; missing where it is unknown */
  traffic?:
    | {
        to: 'share';
        /** Percent of the requests */
        percent: number;
      }
    | {
        to: 'match';
        /** What all requests to the canary have, in words */
        match: string;
      };
  failedChecks: number;
  target: { kind: string; name: string };
  /** The traffic provider */
  provider: string;
  /** When the status was written last */
  lastTransitionTime?: string;
  /** Hash of the revision under analysis, or seen last; empty before the first */
  revision: string;
  /** Hash of the revision that was promoted last */
  promotedRevision: string;
  /** spec.suspend: nothing is released */
  suspended: boolean;
  /** Of the condition Promoted */
  message: string;
  releaseUnderWay: boolean;
  /** What is wrong with the spec */
  problem?: string;
  /** What it refers to and is not there */
  missing?: string;
  /** What the primary runs, and what the target has where that is another */
  versions?: Versions;
  /** How far the analysis has come, in weights or iterations; missing where nothing is under way */
  step?: { done: number; of: number };
  /** The metric that is nearest to its limit, or the farthest beyond it, by the last check of the release under way */
  worst?: {
    metric: string;
    value: number;
    min?: number;
    max?: number;
    /** It is within its limits */
    ok: boolean;
  };
  /** Who started the release under way */
  by?: string;
  /** When the release under way began */
  startedAt?: string;
  /** What it is a part of: the Canary’s label app.kubernetes.io/part-of */
  application?: string;
  /** Whose it is: the Canary’s label team, or one that ends in /team */
  team?: string;
  /** Why it needs attention: failed, waits for approval, paused, halted, … */
  attention?: string;
}

export interface Changes {
  /** Where the pod template that it releases (b) differs from what the primary had before (a); missing where that is not known */
  template?: {
    /** Items of lists by their names: spec.containers[cart].image */
    path: string;
    a?: unknown;
    b?: unknown;
  }[];
}

export interface CheckAnswer {
  canaries: CheckedCanary[];
}

export interface CheckRequestInput {
  /** The Canary, alone or with other objects: text in YAML or JSON, an object, or a list of objects */
  manifest: string | { [name: string]: unknown }[] | { [name: string]: unknown };
  /** Of the objects that name none; "default" where missing */
  namespace?: string;
  /** Look in the cluster for what the Canary refers to and the manifest doesn’t have */
  cluster?: boolean;
  /** Ask every metric about the primary as it serves now; looks in the cluster too */
  metrics?: boolean;
  /** What a forecast goes by; measured where missing and the metrics are asked */
  traffic?: { requestsPerSecond: number; errors: number };
}

export interface CheckedCanary {
  namespace: string;
  name: string;
  /** The worst first */
  findings: Finding[];
  /** How long a release takes at best; missing where the Canary is not valid */
  best?: BestCase;
  /** What they say now; missing where they were not asked */
  metrics?: LiveMetric[];
  /** How long evidence will take; missing where the Canary is not judged by evidence, or its traffic is not known */
  forecast?: Forecast;
}

export interface Comparison {
  a: ReleaseItem;
  b: ReleaseItem;
  /** Where the pod templates that were to be released differ; missing where one of them is not known */
  template?: {
    /** Items of lists by their names: spec.containers[cart].image */
    path: string;
    a?: unknown;
    b?: unknown;
  }[];
  /** The analyses of both, by weight */
  windows: {
    /** Percent of the traffic on the canary */
    weight: number;
    a: RecordEntry[];
    b: RecordEntry[];
  }[];
}

export interface Course {
  strategy: {
    kind: 'canary' | 'ab' | 'blueGreen';
    /** The canary’s weights one after another; missing where it goes by iterations */
    steps?: number[];
    iterations?: { done: number; of: number };
    intervalSeconds: number;
    /** Failed checks that roll the release back */
    threshold: number;
  };
  gates: LiveGate[];
}

export interface Dora {
  /** From then on */
  since: string;
  /** Up to then */
  until: string;
  deploymentFrequency: { deployments: number; perDay: number };
  changeFailureRate: {
    changes: number;
    failed: number;
    /** Missing where there was no change */
    percent?: number;
  };
  timeToRestore: {
    /** How many were measured */
    count: number;
    /** Missing where there was none */
    medianSeconds?: number;
  };
  leadTime: {
    /** How many were measured */
    count: number;
    /** Missing where there was none */
    medianSeconds?: number;
  };
}

export interface EventEntry {
  /** When */
  at: string;
  what: 'event';
  type: 'Normal' | 'Warning';
  message: string;
}

export interface Finding {
  /** Which rule says so; never changes */
  rule: string;
  severity: 'error' | 'warning' | 'info';
  /** What it is about, such as Canary/podinfo */
  object: string;
  field: string;
  /** What is there */
  value?: string | number | boolean;
  message: string;
  /** What would be right */
  remedy: string;
}

export type Forecast =
  | {
      /** Why nothing can be forecast */
      unknown: string;
    }
  | {
      traffic: {
        requestsPerSecond: number;
        /** The share of requests that fail, 0 to 1 */
        errors: number;
        from: 'given' | 'measured';
      };
      weights: {
        weight: number;
        /** Missing where a week is not enough */
        secondsToCatchTwice?: number;
        /** Missing where a week is not enough */
        secondsToCatchFiveTimes?: number;
        /** Missing where a week is not enough */
        secondsToProve?: number;
      }[];
      /** Of a canary as good as the primary */
      healthy: {
        end: 'promoted' | 'rolled-back' | 'undecided';
        /** From the canary’s first traffic */
        seconds: number;
        /** Failed requests of the canary’s until then */
        hurt: number;
      };
      /** Of one that fails five times as often */
      fiveTimes: {
        end: 'promoted' | 'rolled-back' | 'undecided';
        /** From the canary’s first traffic */
        seconds: number;
        /** Failed requests of the canary’s until then */
        hurt: number;
      };
    };

export interface Gate {
  /** confirm-rollout, …: of a webhook; rollout, weight, promotion, rollback: of the policy */
  gate: string;
  /** Closed since then */
  since: string;
  /** The webhook that keeps it closed */
  hook?: string;
  /** The entry of the annotation serinus.dev/approvals that keeps it closed */
  policy?: string;
  /** Hash of the revision that waits */
  revision?: string;
  /** Approvals by different people that open it */
  needed: number;
  /** Those that there are */
  given: {
    by: string;
    /** When */
    at: string;
    reason: string;
    channel: string;
  }[];
  /** Groups of which an approver must be in one; anybody may approve where empty */
  groups: string[];
  /** Whoever triggered the release may not approve it */
  notByTrigger: boolean;
  /** When it expires; later, where the release is paused meanwhile */
  expiresAt?: string;
  /** reject: the release is rolled back; hold: it goes on waiting */
  expiresInto?: 'reject' | 'hold';
}

export interface Live {
  canary: { namespace: string; name: string };
  cluster: string;
  /** When this was put together */
  at: string;
  phase: string;
  /** Status of the Canary, in one word */
  standing:
    | 'failed'
    | 'regressed'
    | 'undone'
    | 'waiting'
    | 'paused'
    | 'invalid'
    | 'blocked'
    | 'suspended'
    | 'progressing'
    | 'promoting'
    | 'starting'
    | 'succeeded'
    | 'initialized'
    | 'leaving';
  /** The newest run, open or not; missing where there was none */
  release?: Release;
  /** Missing where the spec is not valid */
  strategy?: {
    kind: 'canary' | 'ab' | 'blueGreen';
    /** The canary’s weights one after another; missing where it goes by iterations */
    steps?: number[];
    iterations?: { done: number; of: number };
    intervalSeconds: number;
    /** Failed checks that roll the release back */
    threshold: number;
  };
  weight: {
    /** Percent of the traffic that the canary is to get */
    wanted: number;
    /** What it really got, as the last check at this weight saw it; missing where that is not known */
    seen?: {
      /** Share of the requests that reached the canary */
      percent: number;
      /** Requests to primary and canary in the window */
      requests?: number;
      windowSeconds: number;
      /** End of the window */
      at: string;
    };
    /** Why the last check could not see it */
    unknown?: string;
  };
  /** Which requests reach the canary; missing where it is unknown */
  traffic?:
    | {
        to: 'share';
        /** Percent of the requests */
        percent: number;
      }
    | {
        to: 'match';
        /** What all requests to the canary have, in words */
        match: string;
      };
  /** Why it has this status; times in it are as in 2026-01-31T12:00:00Z */
  why: string;
  /** What comes next; missing where nothing does */
  next?: {
    what: string;
    /** When; missing where unknown */
    at?: string;
  };
  /** Why it needs attention */
  attention?: string;
  /** Canary, revisions, workloads, pods */
  tree: LiveNode[];
  gates: LiveGate[];
  links: {
    /** The run in the Temporal UI */
    temporal?: string;
    /** Each metric’s query for the window of the last check */
    metrics?: { metric: string; href: string }[];
    /** Logs of the canary’s pods */
    logs?: string;
  };
}

export interface LiveGate {
  /** confirm-rollout, …: of a webhook; rollout, weight, promotion, rollback: of the policy */
  gate: string;
  /** Closed since then */
  since?: string;
  /** The webhook that keeps it closed */
  hook?: string;
  /** The entry of the annotation serinus.dev/approvals that keeps it closed */
  policy?: string;
  /** Hash of the revision that waits */
  revision?: string;
  /** Approvals by different people that open it */
  needed?: number;
  /** Those that there are */
  given?: {
    by: string;
    /** When */
    at: string;
    reason: string;
    channel: string;
  }[];
  /** Groups of which an approver must be in one; anybody may approve where empty */
  groups?: string[];
  /** Whoever triggered the release may not approve it */
  notByTrigger?: boolean;
  /** When it expires; later, where the release is paused meanwhile */
  expiresAt?: string;
  /** reject: the release is rolled back; hold: it goes on waiting */
  expiresInto?: 'reject' | 'hold';
  /** The release waits at it; a person has opened it; the release may come to it */
  status: 'closed' | 'approved' | 'ahead';
  /** The webhooks that decide */
  hooks: string[];
  [name: string]: unknown;
}

export interface LiveMetric {
  metric: string;
  field: string;
  kind: 'builtin' | 'query' | 'template';
  /** Who was asked about; the target where there is no primary yet */
  of: 'primary' | 'target';
  verdict: 'passes' | 'halts' | 'no-values' | 'broken' | 'unreachable' | 'not-asked';
  /** Percent of request-success-rate, milliseconds of request-duration */
  value?: number;
  min?: number;
  max?: number;
  /** Why there is no value */
  reason?: string;
  /** As it was sent; missing for templates that only the cluster has */
  query?: string;
}

export interface LiveNode {
  /** Canary, Revision, the kind of a workload, or Pod */
  kind: string;
  name: string;
  health: 'good' | 'busy' | 'bad' | 'idle';
  /** Status, in a word or two */
  status: string;
  detail?: string;
  children: LiveNode[];
}

export interface LoadTestEntry {
  /** When */
  at: string;
  what: 'load-test';
  result: {
    name: string;
    requests: number;
    failed: number;
    requestsPerSecond: number;
    codes: { [name: string]: number };
    /** Milliseconds */
    p50: number;
    /** Milliseconds */
    p99: number;
  };
}

/** The last lines that a pod of a Canary has logged */
export interface Logs {
  of: 'canary' | 'primary';
  /** Whose pods these are */
  workload: string;
  /** All of them, up to 50: those that are not ready first, then the one that was made last */
  pods: { name: string; ready: boolean; containers: { name: string; restarts: number }[] }[];
  /** Whose lines these are; missing where there is no pod */
  pod?: string;
  container?: string;
  lines: {
    /** When it was written */
    at?: string;
    /** Without colours and control characters */
    text: string;
  }[];
  /** Whether lines were left out for their size, or shortened */
  truncated: boolean;
  /** Why there is no log, as Kubernetes says it */
  problem?: string;
}

export interface OpenRelease {
  /** Missing where Temporal could not be asked */
  id?: string;
  phase?: string;
  /** Percent of the traffic on the canary */
  weight?: number;
  /** Hash of the revision under analysis */
  revision?: string;
  triggeredBy?: string;
  failedChecks?: number;
  /** What comes next */
  waitsFor?: string;
  /** The gate at which it waits */
  gate?: Gate;
  paused?: {
    by: string;
    reason: string;
    /** Paused since then */
    since: string;
  };
  /** What a user must fix */
  problem?: string;
  lastAnalysis?: RecordEntry;
  /** The orders that can be given now */
  steering?: {
    order: string;
    /** What would happen now */
    effect: string;
    /** POST here to give the order */
    href: string;
    /** The same in a terminal */
    command: string;
  }[];
  /** Why nothing more is known */
  unavailable?: string;
}

export interface OrderEntry {
  /** When */
  at: string;
  what: 'order';
  order: string;
  by: string;
  reason: string;
  channel: string;
  requestId?: string;
  /** The release that it was ordered of, where that is another one */
  of?: string;
  /** Why it was not carried out */
  refused?: string;
}

export interface OrderInput {
  /** Why, for the record */
  reason?: string;
  /** Who asks; only where no token says it, and marked as unverified then */
  by?: string;
  /** The revision that you saw; where another one is under way, the order is refused */
  revision?: string;
}

export interface OrderPending {
  id: string;
  order: string;
  /** Temporal keeps it; it takes effect when a worker is there */
  taken: 'pending';
}

export interface OrderTaken {
  id: string;
  order: string;
  taken: true;
  /** The phase when it was taken */
  phase: string;
  weight: number;
}

/** What the caller may do with a Canary, whatever state it is in */
export interface Permissions {
  /** May release another revision */
  start: boolean;
  /** May read what its pods log */
  logs: boolean;
  orders: {
    approve: boolean;
    reject: boolean;
    pause: boolean;
    resume: boolean;
    abort: boolean;
    promote: boolean;
    weight: boolean;
    skip: boolean;
    retry: boolean;
    undo: boolean;
  };
}

export interface PhaseEntry {
  /** When */
  at: string;
  what: 'phase';
  phase: string;
}

/** A problem document (RFC 9457) */
export interface Problem {
  /** Path that names the kind of problem; it never changes */
  type: string;
  /** The kind of problem in a few words */
  title: string;
  /** The status of the answer */
  status: number;
  /** What happened */
  detail: string;
  /** The path of the request */
  instance?: string;
  /** The field, header or parameter at fault */
  field?: string;
  /** What it was */
  value?: unknown;
  /** What would be right, or what to do */
  remedy?: string;
  /** When to try again, seconds from now */
  retryAfter?: number;
  /** The conflicting release */
  release?: { [name: string]: unknown };
  /** All fields at fault, where there are several */
  errors?: { field: string; detail: string }[];
  [name: string]: unknown;
}

export type RecordEntry =
  | EventEntry
  | WeightEntry
  | PhaseEntry
  | AnalysisEntry
  | WatchEntry
  | WebhookEntry
  | OrderEntry
  | LoadTestEntry
  | UndeliveredEntry
  | UnknownEntry;

export interface Release {
  /** <namespace>.<name>.<run id> */
  id: string;
  phase: string;
  /** Percent of the traffic on the canary */
  weight: number;
  /** Hash of the revision under analysis */
  revision?: string;
  triggeredBy: string;
  /** Status of the workflow run */
  run: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'continued-as-new' | 'timed-out';
  /** promoted, rolled-back, aborted, …; missing while it is under way */
  outcome?: string;
  /** When the run began */
  startedAt: string;
  /** When it ended */
  endedAt?: string;
  /** Where this comes from: the release under way itself, Temporal, or the archive */
  source?: 'live' | 'temporal' | 'archive';
  cluster?: string;
  canary: { namespace: string; name: string };
  ended: boolean;
  /** Why it ended as it did */
  reason?: string;
  /** What the run was started for */
  cause?: { kind: string; by: string; reason?: string; [name: string]: unknown };
  promotedRevision?: string;
  target?: { kind: string; name: string };
  /** canary, ab or blueGreen */
  strategy?: string;
  /** What it goes through, and where it may be made to wait; missing before its first look, and of old records */
  course?: Course;
  /** Of the primary before, and of what was to be released; once it is in the archive */
  images?: { before: string[]; after: string[] };
  /** The same as people call them; missing before its first look */
  versions?: Versions;
  /** What became of it and why, in one sentence; missing while it is under way */
  verdict?: string;
  /** Everybody who triggered it or gave it an order */
  actors?: string[];
  /** When the change was committed */
  commitTime?: string;
  /** After its promotion; missing where nobody watches it, and of what the archive has */
  watch?: {
    stands: 'watching' | 'clean' | 'regressed' | 'cut-short' | 'not-judged';
    /** How long it is watched */
    until: string;
    /** What has been seen, or why it ended */
    says: string;
    /** What happens where it is worse than the version before */
    then: 'ask' | 'undo';
  };
  /** The release that it has undone */
  restores?: string;
  /** The release that has undone it */
  undoneBy?: string;
  /** Of a release that was undone: what makes the target hold again what its primary runs; for whoever may get the target */
  desired?: {
    patch: { op: string; path: string; value: unknown }[];
    /** The same for kubectl */
    command: string;
  };
  failedChecks?: number;
  /** What comes next */
  waitsFor?: string;
  /** The gate at which it waits */
  gate?: Gate;
  paused?: {
    by: string;
    reason: string;
    /** Paused since then */
    since: string;
  };
  /** What a user must fix */
  problem?: string;
  lastAnalysis?: RecordEntry;
  /** The orders that can be given now */
  steering?: {
    order: string;
    /** What would happen now */
    effect: string;
    /** POST here to give the order */
    href: string;
    /** The same in a terminal */
    command: string;
  }[];
  /** Why nothing more is known */
  unavailable?: string;
  /** What happened, oldest first */
  record: RecordEntry[];
  /** Entries in the middle of the record that are not kept */
  recordDropped: number;
  /** The whole state of the run, without its record */
  state?: { [name: string]: unknown };
}

export interface ReleaseHistory {
  items: ReleaseSummary[];
  /** For the parameter pageToken; missing on the last page */
  nextPageToken?: string;
}

export interface ReleaseItem {
  id: string;
  cluster: string;
  namespace: string;
  name: string;
  /** promoted, rolled-back, …; missing while it is under way */
  outcome?: string;
  phase: string;
  weight: number;
  revision?: string;
  /** Images to be released, or released; empty where they are unknown */
  images: string[];
  triggeredBy: string;
  /** Why it ended as it did */
  reason?: string;
  /** Outcome and why, in one sentence; missing while it is under way, and where it is unknown */
  verdict?: string;
  /** When it began */
  startedAt: string;
  /** When it ended */
  endedAt?: string;
  durationSeconds?: number;
  /** It is under way */
  open: boolean;
  /** The release that it has undone */
  restores?: string;
  /** The release that has undone it */
  undoneBy?: string;
}

export interface ReleaseSummary {
  /** <namespace>.<name>.<run id> */
  id: string;
  phase: string;
  /** Percent of the traffic on the canary */
  weight: number;
  /** Hash of the revision under analysis */
  revision?: string;
  triggeredBy: string;
  /** Status of the workflow run */
  run: 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'continued-as-new' | 'timed-out';
  /** promoted, rolled-back, aborted, …; missing while it is under way */
  outcome?: string;
  /** When the run began */
  startedAt: string;
  /** When it ended */
  endedAt?: string;
}

export interface Releases {
  items: ReleaseItem[];
  /** For the parameter cursor; missing on the last page */
  nextCursor?: string;
  /** What is missing here, and why */
  incomplete?: string;
}

export interface RolloutAccepted {
  /** The release; also in the header Location */
  id: string;
  canary: { namespace: string; name: string };
  /** Hash of the revision that is released */
  revision: string;
  /** What it means for the run that got it */
  verdict: 'started' | 'restarts' | 'under-way' | 'queued' | 'noted';
  location: string;
}

export interface Session {
  /** How callers are distinguished */
  mode: 'none' | 'kubernetes' | 'oidc';
  /** No login required: everybody who reaches the port may do everything */
  development: boolean;
  /** Who asks, where that is known */
  user?: { name: string; groups: string[] };
  /** For the header X-Serinus-Csrf of requests that change something and come with the cookie of a session */
  csrfToken?: string;
  /** Where a browser logs in; append ?return=/path */
  login?: string;
  /** When the session ends */
  expiresAt?: string;
}

export interface StartRolloutInput {
  /** Image by container */
  images?: { [name: string]: string };
  /** Strategic merge patch of the target; only spec.template may be in it */
  patch?: { [name: string]: unknown };
  /** Why, for the record */
  reason?: string;
  /** Who asks; only where no token says it, and marked as unverified then */
  by?: string;
  /** What to do where a release is under way: refuse, or restart the analysis with the new revision */
  ifUnderWay?: 'refuse' | 'restart';
}

export interface UndeliveredEntry {
  /** When */
  at: string;
  what: 'undelivered';
  to: string;
  count: number;
  error: string;
  /** The first of them, in words */
  first: string;
  /** The workflow that goes on trying */
  handedTo?: string;
}

/** Of a kind that this version of Serinus does not know: another version has written it */
export interface UnknownEntry {
  /** When */
  at: string;
  what: 'unknown';
  /** What it is called */
  kind: string;
  fields: { [name: string]: unknown };
}

export interface Versions {
  /** Of the primary before; missing where nothing ran */
  from?: string;
  /** What is released; missing where the images stay the same */
  to?: string;
}

export interface WatchEntry {
  /** When */
  at: string;
  what: 'watch';
  /** The promoted version, as the canary, against the one before it, as the primary */
  judged: {
    verdict: 'FAIL' | 'PASS' | 'WAIT';
    /** The time that was counted; missing where none could be */
    window?: {
      /** Begin, milliseconds since 1970 */
      from: number;
      /** End, milliseconds since 1970 */
      to: number;
    };
    /** As they were divided, where the canary is compared with a baseline, which stands as the primary in counts */
    requests?: { canary: number; primary: number; baseline: number };
    counts?: {
      [name: string]: { canary: { requests: number; bad: number }; primary: { requests: number; bad: number } };
    };
    /** The window’s requests by how slow they were */
    latency?: {
      /** In seconds */
      edges: number[];
      canary: {
        requests: number;
        /** By edge */
        slower: number[];
      };
      primary: {
        requests: number;
        /** By edge */
        slower: number[];
      };
    };
    metrics: {
      metric: string;
      verdict: 'FAIL' | 'PASS' | 'WAIT';
      /** Of latency: bad is what took longer than so many seconds */
      edge?: number;
      /** Of means: in the values’ own unit; bad is their sum by the largest value */
      mean?: {
        canary: number;
        primary: number;
        /** Of the ratio of both */
        limit: number;
      };
      /** φ, where failures come in bursts */
      dispersion?: number;
      /** How many times as often as the primary the canary is bad */
      ratio?: number;
      /** Of the interval of 95 % */
      lower: number;
      /** Missing where nothing bounds it */
      upper?: number;
      /** How far the evidence has come, 0 to 1 */
      towardsFail: number;
      towardsPass: number;
      canary: { requests: number; bad: number };
      primary: { requests: number; bad: number };
    }[];
    /** Why the window did not count */
    passedOver?: 'split' | 'both-bad';
    /** What was seen then */
    seen?: string;
    /** Why nothing could be read */
    unknown?: string;
    /** The canary has got requests since its weight was set */
    heard: boolean;
    /** That counted so far */
    windows: number;
    /** Why FAIL, or what it waits for */
    says: string;
  };
  /** The time of the version before it that was compared with */
  past?: {
    /** Begin, milliseconds since 1970 */
    from: number;
    /** End, milliseconds since 1970 */
    to: number;
  };
}

export interface WebhookEntry {
  /** When */
  at: string;
  what: 'webhook';
  hook: string;
  ok: boolean;
  /** Why not */
  error?: string;
  /** From the call to its last answer, with all attempts */
  durationMs?: number;
  /** HTTP status of the last answer; missing where there was none */
  status?: number;
  /** Calls that were made; 0 where none could be */
  attempts?: number;
  type:
    | 'confirm-rollout'
    | 'pre-rollout'
    | 'rollout'
    | 'confirm-traffic-increase'
    | 'confirm-promotion'
    | 'post-rollout'
    | 'rollback'
    | 'event';
  /** In a row that it has given this very answer */
  times?: number;
  /** The last of these times, milliseconds since 1970 */
  until?: number;
}

export interface WeightEntry {
  /** When */
  at: string;
  what: 'weight';
  /** Percent of the traffic */
  canary: number;
  /** How the requests were divided under it */
  seen?: {
    /** Share of the requests that reached the canary */
    percent: number;
    /** To canary and primary together */
    requests: number;
    windowSeconds: number;
    /** End of the window, milliseconds since 1970 */
    at: number;
  };
}

export interface WeightOrderInput {
  /** Why, for the record */
  reason?: string;
  /** Who asks; only where no token says it, and marked as unverified then */
  by?: string;
  /** The revision that you saw; where another one is under way, the order is refused */
  revision?: string;
  weight: number;
}

/** What is sent with each request, and what comes back. */
export interface Routes {
  /** Who asks, and how to log in */
  getSession: { answer: Session };
  /** What the caller may do with a Canary; whether there is such a Canary is not looked at */
  getPermissions: { path: { namespace: string; name: string }; answer: Permissions };
  /** All Canaries, or those of a namespace */
  listCanaries: {
    query?: {
      /** All namespaces where missing */
      namespace?: string;
    };
    answer: CanaryList;
  };
  /** A Canary, its images and what is under way */
  getCanary: { path: { namespace: string; name: string }; answer: Canary };
  /** How a Canary and its release stand now, why, and what comes next */
  getLive: { path: { namespace: string; name: string }; answer: Live };
  /** The same as server-sent events, whenever it changes */
  streamLive: { path: { namespace: string; name: string }; stream: true; answer: string };
  /** All Canaries, or those of a namespace, as server-sent events */
  streamCanaries: {
    query?: {
      /** All namespaces where missing */
      namespace?: string;
    };
    stream: true;
    answer: string;
  };
  /** The last lines that a pod of the canary, or of the primary, has logged */
  getLogs: {
    path: { namespace: string; name: string };
    query: {
      /** Whose pods */
      of: 'canary' | 'primary';
      /** One of them; where missing, one that is not ready, else the one that was made last */
      pod?: string;
      /** Where missing, the one that kubectl would take */
      container?: string;
      lines?: number;
      /** Of the container as it was before its last restart */
      previous?: 'true' | 'false';
    };
    answer: Logs;
  };
  /** Release other images, or another change of the pod template */
  startRelease: {
    path: { namespace: string; name: string };
    body: StartRolloutInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: RolloutAccepted;
  };
  /** Releases of a Canary: what is under way, then the newest first */
  listReleasesOfCanary: {
    path: { namespace: string; name: string };
    query?: {
      limit?: number;
      pageToken?: string;
      /** Also runs that released nothing: corrected drift, refused specs, suspended or deleted Canaries */
      all?: 'true' | 'false';
    };
    answer: ReleaseHistory;
  };
  /** Check a Canary before it is relied on: mistakes, how long a release takes, what its metrics say now */
  checkPolicy: { body: CheckRequestInput; answer: CheckAnswer };
  /** Everything about a release, wherever it is kept, its record included; also after it has ended */
  getRelease: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    answer: Release;
  };
  /** Open the gate at which the release waits */
  approve: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: ApprovalInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Refuse the approval that the release waits for, and roll back */
  reject: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: OrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Hold traffic where it is until resume */
  pause: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: OrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Go on after a pause */
  resume: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: OrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Roll the release back, in any phase */
  abort: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: OrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Promote without further analysis */
  promote: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: OrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Set the canary’s share of the traffic */
  setWeight: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: WeightOrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Go on to the next step without waiting for the analysis of this one */
  skipStep: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: OrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Release the revision of a release that has failed again; the target is not changed */
  retry: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: OrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Bring back the version from before the last promotion */
  undo: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    body: OrderInput;
    /** The same key for the same Canary: nothing is done twice. */ idempotencyKey?: string;
    answer: OrderTaken | OrderPending;
  };
  /** Releases of all Canaries: those under way, then those that have ended, the last one first */
  listReleases: {
    query?: {
      /** All namespaces where missing */
      namespace?: string;
      /** All Canaries where missing */
      name?: string;
      outcome?:
        | 'promoted'
        | 'rolled-back'
        | 'aborted'
        | 'rejected'
        | 'promotion-failed'
        | 'undone'
        | 'superseded'
        | 'initialized'
        | 'reconciled'
        | 'refused'
        | 'suspended'
        | 'terminated'
        | 'gone'
        | 'fenced';
      /** Those that ended then or later, or are under way */
      since?: string;
      /** Those that began before then */
      until?: string;
      /** A person who triggered the release, or gave it an order */
      actor?: string;
      /** An image before or after, whole or without tag and digest */
      image?: string;
      limit?: number;
      /** The nextCursor of the page before */
      cursor?: string;
    };
    answer: Releases;
  };
  /** Every release in the archive with its record, one a line */
  exportReleases: {
    query?: {
      /** All namespaces where missing */
      namespace?: string;
      /** All Canaries where missing */
      name?: string;
      outcome?:
        | 'promoted'
        | 'rolled-back'
        | 'aborted'
        | 'rejected'
        | 'promotion-failed'
        | 'undone'
        | 'superseded'
        | 'initialized'
        | 'reconciled'
        | 'refused'
        | 'suspended'
        | 'terminated'
        | 'gone'
        | 'fenced';
      /** Those that ended then or later, or are under way */
      since?: string;
      /** Those that began before then */
      until?: string;
      /** A person who triggered the release, or gave it an order */
      actor?: string;
      /** An image before or after, whole or without tag and digest */
      image?: string;
    };
    answer: string;
  };
  /** Two releases side by side: where their templates differ, and how each weight was judged */
  compareReleases: { query: { a: string; b: string }; answer: Comparison };
  /** What a release that has ended changes in the pod template, as the archive has kept it */
  getChanges: {
    path: {
      /** <namespace>.<name>.<run id> */
      id: string;
    };
    answer: Changes;
  };
  /** How often is released, how often that fails, how fast it is mended, and how long changes take */
  getDora: {
    query?: {
      /** All namespaces where missing */
      namespace?: string;
      /** All Canaries where missing */
      name?: string;
      /** From then on; 30 days before the end where missing */
      since?: string;
      /** Up to then; now where missing */
      until?: string;
    };
    answer: Dora;
  };
  /** Put past releases of a Canary through another policy: which would have ended otherwise, and when */
  backtestPolicy: { body: BacktestRequestInput; answer: BacktestAnswer };
}

export const ROUTES = {
  getSession: ['GET', '/api/v1/session'],
  getPermissions: ['GET', '/api/v1/namespaces/{namespace}/canaries/{name}/permissions'],
  listCanaries: ['GET', '/api/v1/canaries'],
  getCanary: ['GET', '/api/v1/namespaces/{namespace}/canaries/{name}'],
  getLive: ['GET', '/api/v1/namespaces/{namespace}/canaries/{name}/live'],
  streamLive: ['GET', '/api/v1/namespaces/{namespace}/canaries/{name}/stream'],
  streamCanaries: ['GET', '/api/v1/stream'],
  getLogs: ['GET', '/api/v1/namespaces/{namespace}/canaries/{name}/logs'],
  startRelease: ['POST', '/api/v1/namespaces/{namespace}/canaries/{name}/releases'],
  listReleasesOfCanary: ['GET', '/api/v1/namespaces/{namespace}/canaries/{name}/releases'],
  checkPolicy: ['POST', '/api/v1/check'],
  getRelease: ['GET', '/api/v1/releases/{id}'],
  approve: ['POST', '/api/v1/releases/{id}/approve'],
  reject: ['POST', '/api/v1/releases/{id}/reject'],
  pause: ['POST', '/api/v1/releases/{id}/pause'],
  resume: ['POST', '/api/v1/releases/{id}/resume'],
  abort: ['POST', '/api/v1/releases/{id}/abort'],
  promote: ['POST', '/api/v1/releases/{id}/promote'],
  setWeight: ['POST', '/api/v1/releases/{id}/weight'],
  skipStep: ['POST', '/api/v1/releases/{id}/skip'],
  retry: ['POST', '/api/v1/releases/{id}/retry'],
  undo: ['POST', '/api/v1/releases/{id}/undo'],
  listReleases: ['GET', '/api/v1/releases'],
  exportReleases: ['GET', '/api/v1/releases/export'],
  compareReleases: ['GET', '/api/v1/releases/compare'],
  getChanges: ['GET', '/api/v1/releases/{id}/changes'],
  getDora: ['GET', '/api/v1/dora'],
  backtestPolicy: ['POST', '/api/v1/backtest'],
} as const satisfies Record<keyof Routes, readonly [method: string, path: string]>;

/** What every answer is that isn't a success (RFC 9457). */
export type AnyProblem = Problem;
