import { hostOf, type Sent } from '../alerts/send.js';
import type { Canary } from '../crds/canary.js';
import type { Revision } from '../domain/revision.js';
import { printableUrl } from '../http/shown.js';
import { callWebhook, type CallOutcome } from '../webhooks/call.js';
import { checksumOf, eventMetadata, payloadOf, type Metadata } from '../webhooks/payload.js';
import type { Dependencies } from '../dependencies.js';
import type { Recipient } from './port.js';

/** An `event` webhook, the Canary's own or the global one. */
interface EventHook {
  readonly to: string;
  readonly url: string;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly disableTLS: boolean;
  readonly metadata: Metadata | undefined;
}

const GLOBAL_TIMEOUT_MS = 5_000;
const NO_REVISION: Revision = { hash: '', configs: {} };

/** Webhooks of type `event`. A Canary with its own isn't reported to the global one. */
export function eventRecipients(deps: Dependencies, canary: Canary): readonly Recipient[] {
  const own = canary.analysis.webhooks.filter(({ type }) => type === 'event').map(ownHook);
  return (own.length > 0 ? own : globalHook(deps)).map((hook) => recipientOf(deps, canary, hook));
}

function ownHook({ name, timeoutSeconds, ...webhook }: Canary['analysis']['webhooks'][number]): EventHook {
  return { ...webhook, to: `webhook ${name}`, timeoutMs: timeoutSeconds * 1000 };
}

function globalHook({ settings }: Dependencies): readonly EventHook[] {
  const { eventWebhook: url } = settings.notifications;
  if (url === undefined) return [];
  const rest = { retries: 0, disableTLS: false, metadata: undefined };
  return [{ to: 'event webhook', url, timeoutMs: GLOBAL_TIMEOUT_MS, ...rest }];
}

function recipientOf(deps: Dependencies, canary: Canary, hook: EventHook): Recipient {
  const { name, namespace } = canary;
  const { to, url, timeoutMs, retries, disableTLS } = hook;
  return {
    to,
    wants: ({ kind }) => kind === 'event',
    notify: async (notice, idempotencyKey, signal) => {
      if (notice.kind !== 'event') return { ok: true };
      const { phase, revision = NO_REVISION, message, type, at } = notice;
      const subject = { name, namespace, phase, checksum: checksumOf(revision) };
      const body = payloadOf(subject, eventMetadata({ message, type, at }, hook.metadata));
      const outcome = await callWebhook({ url, body, timeoutMs, retries, disableTLS, idempotencyKey }, { signal });
      const sent = sentOf(outcome, url);
      if (!sent.ok) deps.log.error({ canary: `${name}.${namespace}` }, `error sending event to webhook: ${sent.error}`);
      return sent;
    },
  };
}

function sentOf(outcome: CallOutcome, url: string): Sent {
  if (outcome.ok) return outcome;
  const { status, attempts } = outcome;
  const mayPass = status === undefined ? attempts > 0 : status === 429 || (status >= 500 && status !== 501);
  return { ok: false, error: withoutPath(outcome.error, url), mayPass };
}

/** An address may hold a secret in its path, so only its beginning is shown. */
function withoutPath(error: string, url: string): string {
  return error.replaceAll(printableUrl(url) ?? url, hostOf(url) ?? 'the url');
}
