type Shown = Readonly<Record<string, readonly string[]>>;

const REFUSED: Shown = { 'crds/refusals.test.ts': ['${field} ${value}'] };

/** Lines of docs/differences.md that no other statement is about: by words of theirs, the tests that show what Serinus does. */
export const DIFFERENCES: Readonly<Record<string, Shown>> = {
  'Readiness, promotion and scale-down each wait for the next interval': {
    'domain/release.test.ts': ['good: initialised Canary, new revision, promoted through every weight'],
    'release/walkthrough.test.ts': ['the walkthrough, word for word: what appears, what is said, how it ends'],
  },
  'A gate is asked once an interval': {
    'domain/repeated-events.test.ts': ['a gate is asked once an interval, however often the release is woken'],
    'domain/strategies.test.ts': ['one approval opens both questions of the promotion gate'],
    'domain/release.test.ts': ['a gate holds the release until somebody approves, at once then'],
  },
  'A denied gate is said every interval': {
    'domain/notices.test.ts': ['${gate}: told when it closes, not each time it is asked, and over when it opens'],
  },
  "What can't be carried out is said at every tick again": {
    'domain/repeated-events.test.ts': [
      'where nothing changes, nothing is said again: in every phase, whatever fails or is waited for',
    ],
  },
  'What is copied to the primary is the live target': {
    'domain/release.test.ts': ['a target changed between the last check and the copy is not promoted unseen'],
  },
  'Changes while promoting roll pods that still carry traffic': {
    'domain/release.test.ts': [
      'a target that changes while its primary is stuck in ${phase} sends nobody to the unseen version',
    ],
  },
  'A target that goes back to the promoted version in mid-release': {
    'domain/release.test.ts': ['a target that goes back to the promoted revision ends the release'],
    'release/lifecycle.shared.test.ts': [
      'a target that goes back to the promoted version ends the release without a trace on the primary',
    ],
  },
  'A new revision in phase `Failed`': {
    'domain/rescue.test.ts': ['a primary that is only slow is waited for: a restart of its pods exposes nobody'],
  },
  'After a failed promotion, the fix is rolled back onto the broken primary': {
    'domain/rescue.test.ts': [
      'what serves and was analysed stays, while nothing changes',
      'something new meets nobody before its analysis, where the primary’s pods suffice',
      'and where it is bad, everybody is with the former version again',
    ],
  },
  'After a failed promotion, the old version back in Git': {
    'domain/rescue.test.ts': ['the old version back is the fix, where ${what} of the primary serves'],
  },
  'A promotion that fails sends everybody to the canary': {
    'domain/release.test.ts': [
      'a target that changes while its primary is stuck in ${phase} sends nobody to the unseen version',
    ],
    'domain/primary-outage.test.ts': ['and a canary whose pods never come: it is not promoted'],
  },
  'A bootstrap that fails scales the target to zero': {
    'domain/release.test.ts': ['a primary that never becomes ready leaves the target serving'],
  },
  'A primary beyond its deadline makes a new revision `Failed` at once': {
    'domain/rescue.test.ts': [
      'of a primary that serves nobody: everybody gets the canary as soon as it can serve (${strategy.kind})',
      'of a primary that lacks some pods: by its steps, after the deadline',
    ],
    'domain/primary-outage.test.ts': [
      'its pods crash soon after each start: users don’t go to and fro, and it has an end',
    ],
  },
  'A rollback sends traffic to the primary, whatever state it is in': {
    'domain/primary-outage.test.ts': [
      'and a canary that is bad, too: it says so, and goes back to where somebody serves',
    ],
    'domain/strategies.test.ts': [
      'a primary stuck in its promotion leaves everybody on the canary, not only the audience',
    ],
  },
  'An abort needs a polled `rollback` webhook': {
    'release/lifecycle.shared.test.ts': [
      'an abort in the promotion puts the primary’s former template and configs back, with traffic flowing',
    ],
    'workflows/rollout.test.ts': ['an abort takes effect at once, in the middle of an interval'],
  },
  'A release that something keeps from going on': {
    'domain/release.test.ts': [
      'is rolled back at its progress deadline: a route that no Gateway accepts',
      'is left alone while it is paused, or waits to be started',
    ],
  },
  "While pods aren't ready, nothing is analysed": {
    'release/unready.shared.test.ts': [
      'a failing canary that lacks a pod is judged and rolled back in the usual number of checks',
    ],
  },
  'Some pods that never come': {
    'release/unready.shared.test.ts': [
      'a canary that never gets all of its pods is rolled back at the deadline, by the release’s own clock',
    ],
  },
  'What the API server refuses (an admission policy': {
    'domain/release.test.ts': ['says what the API server refuses once, as event and condition, and is rolled back'],
  },
  "A field that the schema doesn't have": {
    'cases/check.test.ts': ['a check of a manifest that has made a release go wrong'],
    'kubernetes/cases/manifests.test.ts': ['pruned-fields'],
    'crds/fields.test.ts': ['what the provider has no use for is an event of each release'],
  },
  "`primaryScalerQueries` for a trigger that doesn't exist": {
    'kubernetes/cases/manifests.test.ts': ['keda-trigger-named-in-metadata'],
  },
  '`iterations` below 0, a load test as `rollback` webhook': REFUSED,
  "A metric template whose query its provider can't read": {
    'release/bad-input.shared.test.ts': [
      'a template that does not parse: said before a release starts, which then waits for it',
    ],
  },
  'What a policy or a quota refuses shows in mid-release': {
    'domain/release.test.ts': [
      'does not start where the API server would refuse what it writes, and does when that is mended',
    ],
    'kubernetes/rehearsal.test.ts': ['what keeps a release from starting'],
  },
  'Names too long for what is made of them': REFUSED,
  'A failed revision is released again only when something in it changes': {
    'domain/retry.test.ts': ['analyses the revision that has failed from the start, and promotes it'],
  },
  "A promotion can't be taken back": {
    'domain/undo.test.ts': ['brings the former version back by the primary’s own rolling update'],
    'release/undo.shared.test.ts': ['an undo has traffic on the old version within seconds, and no request fails'],
  },
  'Lowered `iterations` in mid-release': {
    'domain/strategies.test.ts': ['iterations lowered in mid-release end the analysis'],
  },
  '`WaitingPromotion` sets `iterations` back': {
    'domain/strategies.test.ts': ['while the gate is closed iterations are not counted on'],
  },
  '`mirror` on a provider without mirroring': REFUSED,
  "`match` on a provider that can't tell requests apart": REFUSED,
  '`maxWeight` above 100': REFUSED,
  'A metrics server that is down counts as a failed check': {
    'domain/release.test.ts': [
      'a metrics provider that is down holds the release and is not counted as a failed check',
      'without any judgement for long, it is rolled back',
    ],
  },
  'No values just after the metrics server was down': {
    'domain/release.test.ts': [
      'no values where the window reaches back into an outage of the provider count against nobody',
    ],
  },
  "APISIX' built-in queries mix primary and canary": {
    'metrics/queries.test.ts': ['apisix: ours counts the requests of the canary’s pods, and 0 where none succeeded'],
  },
  'The first check after a step looks back over the weight before': {
    'domain/routed.test.ts': [
      'a weight stands since its route was written, and is looked at a whole interval after that',
    ],
  },
  "A template that is missing or can't be read": {
    'release/bad-input.shared.test.ts': [
      'a template that does not parse: said before a release starts, which then waits for it',
    ],
  },
  'Editing a Canary into something invalid in mid-release': {
    'release/bad-input.shared.test.ts': [
      'a release under way goes on by the last valid spec when an invalid one is applied',
    ],
  },
  'An edit of `spec.service` in mid-release': {
    'routers/istio.test.ts': ['an edit of the Canary in mid-run keeps weights and mirror'],
  },
  'A foreign edit of a weight is taken over in silence': {
    'domain/release.test.ts': ['a foreign edit of the route is named, and the release goes on from there'],
  },
  'Whole objects are written from typed models': {
    'kubernetes/write.test.ts': [
      'a write keeps what it does not know, and nothing is written where nothing differs',
      'an older writer is refused once a newer one has stamped the object',
    ],
  },
  'Events of the same kind are merged': {
    'release/walkthrough.test.ts': ['the walkthrough, word for word: what appears, what is said, how it ends'],
  },
  'Random session cookies, kept in the status': {
    'routers/istio-affinity.test.ts': ['the same run makes the same cookies again, another revision makes others'],
  },
  "A revision's hash depends on Go's types": {
    'adopt/plan.test.ts': [
      'a Canary of Flagger needs no release by Serinus where the target is what the primary runs, adopted or not',
    ],
  },
  'A Lease for leader election': {
    'kubernetes/write.test.ts': [
      'leases: each new holder raises the epoch, the same one keeps it, older steps are refused',
    ],
  },
  'Webhooks, event webhooks and alerts run within the tick': {
    'workflows/delivery.test.ts': [
      'who never answers does not delay a rollback; the run closes, and another workflow goes on trying',
    ],
  },
  'Waiting alerts are sent on every tick': {
    'domain/notices.test.ts': ['${gate}: told when it closes, not each time it is asked, and over when it opens'],
  },
  'Progress-deadline failures raise no alert': {
    'domain/notices.test.ts': ['of a progress deadline, of which Flagger never tells'],
  },
  'The load tester runs shell commands': {
    'loadtest/permission.test.ts': ['${command} is refused', 'with --allow-shell a shell does it all'],
  },
  'The load tester asks nobody who he is': {
    'loadtest/loadtester.test.ts': ['demands a token wherever others than this machine reach it'],
    'security/loadtester.test.ts': ['is refused with the right token, too'],
  },
  'What a webhook or a metrics server has answered is in events': {
    'webhooks/call.test.ts': ['of JSON in an answer the reason is shown, and nothing else'],
  },
  "The load tester's tasks `ngrinder` and `concord`": { 'loadtest/loadtester.test.ts': ['refused tasks'] },
  'A task of an unknown type': { 'loadtest/loadtester.test.ts': ['refused tasks'] },
  '`flagger_*` series of deleted Canaries stay': {
    'kubernetes/canary-gauges.test.ts': ['Flagger’s gauges show the Canaries of the cluster as they are'],
  },
  'Post-rollout hooks and alerts are sent once': {
    'workflows/delivery.test.ts': [
      'a worker that goes in the middle of a delivery: nothing is lost, and repetitions can be recognised',
    ],
    'domain/outbox.test.ts': ['whoever fails when: each recipient gets every notice once at least, and in order'],
  },
  'The selector label is put on mesh objects': {
    'kubernetes/router-contract.ts': ['the router of ${provider.provider}'],
  },
  'An audience that fits every request': {
    'routers/contour.test.ts': ['refuses an audience that is everybody'],
    'routers/istio.test.ts': ['is never everybody'],
  },
  "What the API can't express is ignored": {
    'kubernetes/routers/gatewayapi.ts': ['the Gateway API can not tell requests apart by it'],
  },
  'Sent on as they are': {
    'crds/patterns.test.ts': ['a Canary with one that its data plane cannot read is refused by field'],
  },
  'Audience headers replace those of `service.match`': {
    'kubernetes/routers/gatewayapi.ts': ['the audience is among those whom the service is for'],
  },
  'The original spec is overwritten by each later difference': {
    'routers/istio-objects.test.ts': ['keeps the first note: a later difference is an edit'],
  },
  'A missing VirtualService blocks the deletion': {
    'kubernetes/istio.test.ts': ['a VirtualService that is gone keeps nobody from going'],
  },
  'All entries of `analysis.match` must hold': {
    'routers/contour.test.ts': ['shows the canary to each audience, and the primary to all others'],
  },
  '100/100 may be left behind': {
    'routers/traefik.test.ts': [
      'says nothing about weights that do not add up, such as those that Flagger can leave behind',
    ],
  },
  "Changes of the user's Ingress don't reach the copy": {
    'routers/nginx.test.ts': [
      'what users change in their Ingress reaches the canary’s, what they add to that one stays',
    ],
  },
  'What bears the name of a generated object is overwritten': {
    'kubernetes/cases/manifests.test.ts': ['generated-names-taken'],
  },
  '`binaryData` of tracked configs is left out': {
    'workloads/configs.test.ts': ['binary data counts where there is any'],
  },
  'Port discovery may double a name or lose a protocol': {
    'workloads/ports.test.ts': [
      'never a port or a name twice, which Kubernetes would refuse',
      'with the protocol they have',
    ],
  },
  "With `revertOnDeletion` the primary goes at once with APISIX's generated route": {
    'release/lifecycle.shared.test.ts': [
      'revertOnDeletion gives the target its pods and its Service back; no request fails',
    ],
  },
  'The deadline of a DaemonSet counts from': {
    'workloads/readiness.test.ts': [
      'is beyond help when nothing has moved for longer than the deadline, and not before',
    ],
  },
  '`Host`, `Content-Length` and others of the connection': { 'crds/metric-template.test.ts': ['${field} ${value}'] },
  'Later versions ask for a series always': {
    'metrics/signoz/signoz.test.ts': ['a query that asks for a scalar gets one', '${what} is refused'],
  },
  'No rows are 0': { 'metrics/influxdb/influxdb.test.ts': ['no records'] },
  'A null point is 0': { 'metrics/datadog/datadog.test.ts': ['a newest point without a value is passed over'] },
  "Whole numbers can't be read": {
    'metrics/stackdriver/stackdriver.test.ts': ['a whole number, which JSON has as a text'],
  },
  'A mean where the documentation says P99': {
    'metrics/queries.test.ts': [
      '${observer}: ours differs by the Service’s name, by 0 for no successes, and where a mean is no percentile',
    ],
  },
};
