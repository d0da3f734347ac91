import type { Webhook } from '../crds/types.js';
import type { HookResult, HookRound } from '../domain/findings.js';
import type { HookType } from '../domain/policy.js';
import { callWebhook, type CallOutcome, type CallTools } from './call.js';
import { eventMetadata, payloadOf, type EventNotice, type Subject } from './payload.js';

/** Where calls are logged: hook, type, status and duration, never what was sent or answered. */
export interface HookLog {
  info(fields: Readonly<Record<string, unknown>>, message: string): void;
}

export interface Round {
  readonly type: HookType;
  /** The Canary's webhooks, in the order of the spec; those of other types are skipped. */
  readonly webhooks: readonly Webhook[];
  readonly subject: Subject;
  /** The content of `event` webhooks. */
  readonly event?: EventNotice;
}

export interface RoundTools extends CallTools {
  readonly log: HookLog;
  /** A key that stays the same when the round is repeated after a crash; see `WebhookCall.idempotencyKey`. */
  readonly idempotencyKey?: (webhook: Webhook) => string;
}

/**
 * Calls the webhooks of one type one after another, up to the one that decides: the first failure, or for `rollback`
 * the first success, since a single one suffices to roll back.
 *
 * @returns the answers so far; none where there is no webhook of the type
 * @throws whatever `tools.signal` was aborted with
 */
export async function callRound(round: Round, tools: RoundTools): Promise<HookRound> {
  const decisive = round.type === 'rollback';
  const results: HookResult[] = [];
  for (const webhook of round.webhooks.filter(({ type }) => type === round.type)) {
    const result = await callOne(webhook, round, tools);
    results.push(result);
    if (result.ok === decisive) break;
  }
  return { results };
}

async function callOne(webhook: Webhook, round: Round, tools: RoundTools): Promise<HookResult> {
  const at = (tools.now ?? Date.now)();
  const started = performance.now();
  const metadata = round.event ? eventMetadata(round.event, webhook.metadata) : webhook.metadata;
  const outcome = await callWebhook(
    {
      url: webhook.url,
      body: payloadOf(round.subject, metadata),
      timeoutMs: webhook.timeoutSeconds * 1_000,
      retries: webhook.retries,
      disableTLS: webhook.disableTLS,
      ...(tools.idempotencyKey ? { idempotencyKey: tools.idempotencyKey(webhook) } : {}),
    },
    tools,
  );
  const tookMs = Math.round(performance.now() - started);
  note(webhook, round.subject, outcome, tookMs, tools.log);
  const { ok, status, attempts } = outcome;
  return {
    hook: webhook.name,
    ok,
    ...(outcome.ok ? {} : { error: outcome.error }),
    at,
    durationMs: tookMs,
    ...(status === undefined ? {} : { status }),
    attempts,
  };
}

function note(webhook: Webhook, subject: Subject, outcome: CallOutcome, tookMs: number, log: HookLog): void {
  const { ok, status, attempts } = outcome;
  const canary = `${subject.name}.${subject.namespace}`;
  const fields = { canary, hook: webhook.name, type: webhook.type, ok, status, attempts, tookMs };
  log.info(fields, 'webhook called');
}
