import type { JudgementPolicy } from '../domain/decision/judged.js';
import { SEVERITIES, type Listeners } from '../domain/notices/notice.js';
import { HOOK_TYPES, type Policy } from '../domain/policy.js';
import { annotatedListeners } from './announcements.js';
import { parseGoDuration } from './duration.js';
import type { JudgementSettings } from './judgement.js';
import { trafficFeatures } from './traffic.js';
import type { Canary, Webhook } from './types.js';

/** Recipients of every Canary that doesn't name its own. */
export interface GlobalListeners {
  readonly events: boolean;
  readonly alerts: boolean;
  /** A recipient takes everything as CloudEvents. */
  readonly cloudEvents?: boolean;
}

const NOBODY: GlobalListeners = { events: false, alerts: false };

/** What the decision core must know of a Canary. */
export function policyOfCanary(canary: Canary, everywhere: GlobalListeners = NOBODY): Policy {
  const { analysis, targetRef } = canary;
  const listeners = listenersOf(canary, everywhere);
  const previous = keptPrevious(canary);
  const muted = analysis.webhooks.filter(({ muteAlert }) => muteAlert).map(({ name }) => name);
  return {
    generation: canary.generation,
    provider: canary.provider,
    targetKind: targetRef.kind,
    targetName: targetRef.name,
    suspend: canary.suspend,
    skipAnalysis: canary.skipAnalysis,
    revertOnDeletion: canary.revertOnDeletion,
    intervalSeconds: analysis.intervalSeconds,
    threshold: analysis.threshold,
    progressDeadlineSeconds: canary.progressDeadlineSeconds,
    strategy: analysis.strategy,
    routed: trafficFeatures(canary.provider).weights,
    notices: [...analysis.notices, ...previous.notices, ...canary.unused],
    hooks: hooksByType(analysis.webhooks),
    loadTests: loadTestsOf(canary),
    ...(listeners.events || listeners.alertsFrom !== undefined ? { listeners } : {}),
    ...(muted.length > 0 ? { muted } : {}),
    ...(canary.own.consecutiveFailures === undefined ? {} : { consecutiveFailures: canary.own.consecutiveFailures }),
    ...(canary.approvals === undefined ? {} : { approvals: canary.approvals }),
    ...(canary.judgement === undefined ? {} : { judgement: judgementOf(canary.judgement) }),
    ...(previous.seconds === undefined ? {} : { keepPreviousSeconds: previous.seconds }),
  };
}

/** The core's part; limits and queries are the activity's. */
function judgementOf(settings: JudgementSettings): JudgementPolicy {
  const { digest, steps, promotion, wait, shared, watch, baseline } = settings;
  return {
    ...{ digest, steps, promotion, wait },
    ...(shared ? { shared } : {}),
    ...(watch ? { watch } : {}),
    ...(baseline ? { baseline } : {}),
  };
}

/** A Canary's own recipients replace the global ones, even if there are none. */
function listenersOf(canary: Canary, everywhere: GlobalListeners): Listeners {
  const { analysis } = canary;
  const annotated = annotatedListeners(canary);
  const all = everywhere.cloudEvents === true;
  const own = analysis.alerts.flatMap(({ severity }) => severity ?? []);
  const everywhereFrom = everywhere.alerts ? 'info' : undefined;
  const asked = analysis.alerts.length > 0 ? SEVERITIES.find((severity) => own.includes(severity)) : everywhereFrom;
  return {
    events: all || annotated.events || everywhere.events || analysis.webhooks.some(({ type }) => type === 'event'),
    alertsFrom: all || annotated.alerts ? 'info' : asked,
  };
}

function hooksByType(webhooks: readonly Webhook[]): Policy['hooks'] {
  return Object.fromEntries(
    HOOK_TYPES.flatMap((type) => {
      const names = webhooks.filter((webhook) => webhook.type === type).map((webhook) => webhook.name);
      return names.length === 0 ? [] : [[type, names]];
    }),
  );
}

/**
 * Rollout webhooks that the release runs itself as a load test (annotation `serinus.dev/load-test: native`) instead of
 * posting them to a load tester: those whose command is hey's. Of several webhooks with the same name none is run here:
 * they are posted like any other.
 */
function loadTestsOf(canary: Canary): readonly string[] {
  if (canary.annotations[LOAD_TEST_ANNOTATION] !== 'native') return [];
  const rollout = canary.analysis.webhooks.filter(({ type }) => type === 'rollout');
  const isAlone = (name: string): boolean => rollout.filter((other) => other.name === name).length === 1;
  return rollout.filter((webhook) => isHeyCommand(webhook) && isAlone(webhook.name)).map(({ name }) => name);
}

/**
 * How long pods of the former version stay ready after a promotion (annotation `serinus.dev/keep-previous: 30m`), so
 * that an undo takes seconds.
 */
function keptPrevious({ annotations, targetRef }: Canary): { seconds?: number; notices: readonly string[] } {
  const text = annotations[KEEP_PREVIOUS_ANNOTATION];
  if (text === undefined) return { notices: [] };
  if (targetRef.kind !== 'Deployment') {
    const why = `${KEEP_PREVIOUS_ANNOTATION} is ignored: pods can be kept for a Deployment only, not for a ${targetRef.kind}`;
    return { notices: [why] };
  }
  const ms = parseGoDuration(text);
  if (ms !== undefined && ms > 0) return { seconds: Math.ceil(ms / 1000), notices: [] };
  return { notices: [`${KEEP_PREVIOUS_ANNOTATION}: "${text}" is ignored: use a duration above 0, such as 30m`] };
}

const KEEP_PREVIOUS_ANNOTATION = 'serinus.dev/keep-previous';
const LOAD_TEST_ANNOTATION = 'serinus.dev/load-test';

function isHeyCommand({ metadata = {} }: Webhook): boolean {
  return (metadata['type'] ?? 'cmd') === 'cmd' && /^hey\s/.test(metadata['cmd'] ?? '');
}
