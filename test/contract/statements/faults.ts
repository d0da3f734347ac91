import type { Statement } from './statement.js';

/** Kinds of faults that attacks, kills and other people's manifests have found: each can't happen any more. */
export const FAULTS: Readonly<Record<string, Statement>> = {
  'texts without bounds': {
    says: 'what one tenant writes costs others less than a second, and it is named',
    shown: {
      'crds/hostile.test.ts': ['36,000 short keys are refused by name, and cost next to nothing'],
      'security/noisy-neighbour.test.ts': [
        'delays another namespace by less than a second',
        'delays a look of another namespace by less than a second in a worker, which names it',
        'is read once a version, whoever asks',
        'is named by an event, a line of the log and a counter when it changes without a break',
      ],
      'security/fair-share.test.ts': ['gives others their turn in the midst of it'],
      'security/regular-expressions.test.ts': ['no regular expression takes longer than its text is long'],
    },
  },
  'a fence that begins anew': {
    says: 'the epoch is past the Lease and all stamps; what is forged is nobody’s',
    shown: {
      'kubernetes/fence.test.ts': [
        'at rest: the next run counts on from the stamps',
        'an old one that was restored: the same',
        'in mid-release: its run makes it again, and goes on',
        'a stamp far beyond all runs that there may have been is nobody’s: it shuts nobody out, and uses no numbers up',
      ],
    },
  },
  'writes without a fence': {
    says: 'a writer who was overtaken is refused, stamp or none',
    shown: {
      'kubernetes/claim.test.ts': ['a claim without any proof asks before its first write'],
      'kubernetes/fence.test.ts': [
        'a claim is asked again after three seconds, although nobody has written the object since',
      ],
      'kubernetes/write.test.ts': ['an older writer is refused once a newer one has stamped the object'],
      'packaging/writes.test.ts': ['whatever writes to the cluster goes by the guarded way'],
    },
  },
  'readiness without a clock': {
    says: 'it has a deadline, and users’ canary is judged meanwhile',
    shown: {
      'domain/unready.test.ts': ['some of the pods never come: rolled back, with the reason'],
      'release/unready.shared.test.ts': [
        'a failing canary that lacks a pod is judged and rolled back in the usual number of checks',
      ],
    },
  },
  'objects of somebody else': {
    says: 'they are refused by name before anything moves, and in a check',
    shown: {
      'kubernetes/contest.test.ts': ['are refused by name, with no word of others'],
      'kubernetes/ownership.test.ts': ['a refusal names the object, whose it is, and what can be done'],
    },
  },
  'one config, several Canaries': {
    says: 'each has a copy of its own',
    shown: { 'kubernetes/configs.test.ts': ['each of two Canaries that use one ConfigMap has a copy of its own'] },
  },
  'one label as the selector': {
    says: 'all labels are kept, and pods of others refused',
    shown: {
      'kubernetes/contest.test.ts': [
        'two releases of one chart are kept apart',
        'a workload whose pods a generated selector would find is refused by name',
      ],
    },
  },
  'a fix that can’t get out': {
    says: 'the old version back, and whatever mends a primary, is released',
    shown: {
      'release/unready.shared.test.ts': [
        'after a failed promotion the old version back brings the traffic home, without a failed request',
        'a primary whose pods crash soon after each start is mended by the release of a new image',
      ],
    },
  },
  'users before pods': {
    says: 'who is to serve everybody has the pods first',
    shown: {
      'release/undo.shared.test.ts': [
        'an undo after the primary has grown: the warm pods are as many before users come to them',
        'an undo for which a quota has no room: users stay with the primary, which gets the old version back',
      ],
      'kubernetes/repair-refusals.test.ts': ['pods for the primary: users come home to those that it has'],
    },
  },
  'a janitor that ends who waits': {
    says: 'who waits lives, and the janitor rests where nothing runs',
    shown: {
      'kubernetes/janitor.test.ts': [
        'the janitor rests where nothing runs, and is there as soon as something does',
        'a run that waits for its time is no stuck one; one whose task nobody gets done is',
      ],
    },
  },
  'a load tester with all secrets': {
    says: 'each process has its own Secret, programs none, and pages are refused',
    shown: {
      'packaging/chart.test.ts': [
        'gives no Secret of a process to another one, and the load tester nothing but its own',
      ],
      'security/loadtester.test.ts': [
        'finds PATH in its environment and nothing else of what the load tester holds',
        'is refused with the right token, too',
      ],
      'auth/kubernetes-own.test.ts': ['has no group of Kubernetes’ own but the one that everybody has'],
    },
  },
  'paths of whoever asks': {
    says: 'paths are made of names, and a check reads what its caller may',
    shown: {
      'security/paths.test.ts': ['lead where they are made for, whatever their parts are'],
      'security/check-reads.test.ts': ['they may read themselves; else it is as if nobody had looked'],
    },
  },
  'repair at rest only': {
    says: 'every object, in every phase, whatever happens to it',
    shown: { 'kubernetes/repair-matrix.test.ts': ['${phase}: ${fault}'] },
  },
  'ways back that lead nowhere': {
    says: 'the destination is whole before traffic is sent there',
    shown: {
      'kubernetes/repair-matrix.test.ts': ['every generated object, in every phase, whatever happens to it'],
      'kubernetes/deadman.test.ts': [
        'a Lease that can’t be written, or is gone and can’t be made again: traffic is taken home all the same, once',
      ],
    },
  },
  'records that say something else': {
    says: 'one release has one true record, whoever ended it',
    shown: {
      'workflows/dead-runs.test.ts': [
        'a dead run that the dead-man’s switch has rolled back is a release that was rolled back',
        'a run that is terminated before its first weight is a release, too',
        'orders that Temporal has accepted, and that no worker has read, are in the record',
      ],
      'api/orders.test.ts': ['is aborted all the same, while its traffic is still on the canary'],
    },
  },
  'a tolerance that isn’t kept': {
    says: 'Temporal may be away for less than the Lease',
    shown: {
      'release/outage.test.ts': [
        'Temporal in mid-release, for less than the lease: the release goes on as if nothing had been',
      ],
      'kubernetes/deadman.test.ts': ['Temporal that is found again when its Lease is over: traffic stays'],
      'kubernetes/fence.test.ts': [
        'an attempt after one whose answer was lost counts the interval from when the weight was set',
      ],
    },
  },
  'refusals in silence': {
    says: 'they are told by object, field and reason, and rehearsed beforehand',
    shown: {
      'kubernetes/refusals.test.ts': ['what the API server refuses names object, field and reason'],
      'kubernetes/rehearsal.test.ts': ['every write that a policy refuses is named, not the first alone'],
      'kubeconfig/answers.test.ts': ['a refusal is understood as far as it can be, whatever is in it'],
    },
  },
  'fields without effect': {
    says: 'every one is used, refused, or named',
    shown: {
      'crds/fields.test.ts': ['are all named, however deep they are'],
      'crds/patterns.test.ts': ['a Canary with one that its data plane cannot read is refused by field'],
      'check/lints.test.ts': ['the trigger has its name in its metadata'],
    },
  },
  'events again and again': {
    says: 'each is said once',
    shown: {
      'domain/repeated-events.test.ts': [
        'where nothing changes, nothing is said again: in every phase, whatever fails or is waited for',
        'a gate is asked once an interval, however often the release is woken',
      ],
    },
  },
  'the rest of the attack': {
    says: 'templates, links, redirects, tokens, proxies, odd requests',
    shown: {
      'security/templates.test.ts': ['is shown to nobody who may not get the target, by any route'],
      'api/links.test.ts': ['for one revision orders nothing of another one'],
      'security/redirects.test.ts': ['is followed by nothing that goes out: ${status}'],
      'security/tokens.test.ts': ['are slowed down, and keep nobody out who has a valid one'],
      'auth/kubernetes-own.test.ts': ['is refused: ${name}'],
      'security/hostile-requests.test.ts': ['in its body, the answer names the field'],
      'security/prototype-names.test.ts': ['a name that every object has'],
      'kubernetes/named-secrets.test.ts': ['a release by the rights that are left'],
    },
  },
};
