import type { AlertService, Destination, Post } from '../alerts/port.js';
import { serviceFor } from '../alerts/registry.js';
import { sendAlert, type Sent } from '../alerts/send.js';
import { alertText } from '../alerts/text.js';
import { parseAlertProvider, type AlertProvider } from '../crds/alert-provider.js';
import type { Canary } from '../crds/canary.js';
import { describeRefusal } from '../crds/refusal.js';
import { releaseIdOf } from '../domain/identity.js';
import { reaches, type Severity } from '../domain/notices/notice.js';
import type { Numbered } from '../domain/notices/outbox.js';
import { messageOf, RefusedError, TransientError, UserError } from '../errors.js';
import { ALERT_PROVIDERS } from '../kube/object.js';
import { offersFor, type OfferedOrder } from '../links/offers.js';
import { DEFAULT_SETTINGS } from '../settings.js';
import type { Dependencies } from '../dependencies.js';
import type { Recipient } from './port.js';
import { readSecret } from '../canary/secrets.js';

/** An alert service with its address. Read for each message: what isn't stored can't leak. */
interface Line {
  readonly service: AlertService;
  readonly destination: Destination;
  readonly proxy: string | undefined;
}

/** The recipients in a Canary's `alerts`; if it has none, the global notifier. */
export function alertRecipients(deps: Dependencies, canary: Canary, origin: string): readonly Recipient[] {
  const { alerts } = canary.analysis;
  if (alerts.length === 0) return globalRecipients(deps, canary, origin);
  return alerts.flatMap(({ name, severity, providerRef }): readonly Recipient[] => {
    const title = `${providerRef.name}.${providerRef.namespace}`;
    const line = () => lineOf(deps, providerRef);
    // Without a severity nothing is sent, as with Flagger.
    if (severity === undefined) return [];
    return [
      recipientOf(deps, canary, origin, `alert ${name}`, severity, line, (error) => `alert provider ${title} ${error}`),
    ];
  });
}

function globalRecipients(deps: Dependencies, canary: Canary, origin: string): readonly Recipient[] {
  const { notifier } = deps.settings.notifications;
  if (notifier === undefined) return [];
  const { type, address, token, channel, username, proxy } = notifier;
  const line = { service: serviceFor(type), destination: { address, token, channel, username }, proxy };
  const failure = (error: string): string => `alert can't be sent: ${error}`;
  return [recipientOf(deps, canary, origin, type, 'info', () => Promise.resolve(line), failure)];
}

function recipientOf(
  deps: Dependencies,
  canary: Canary,
  origin: string,
  to: string,
  least: Severity,
  line: () => Promise<Line>,
  failure: (error: string) => string,
): Recipient {
  const fields = { canary: `${canary.name}.${canary.namespace}` };
  return {
    to,
    wants: (notice) => notice.kind === 'over' || (notice.kind === 'alert' && reaches(notice.severity, least)),
    notify: async (notice, key, signal, thread) => {
      const offers = await offersOf(deps, canary, origin, to, notice, key);
      const sent = await sendBy(deps, canary, line, notice, { offers, idempotencyKey: key, thread, signal });
      if (!sent.ok) deps.log.error(fields, failure(sent.error));
      return sent;
    },
  };
}

/** The id of a release's first run, if Temporal runs it. */
const RUN_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.)/;

async function offersOf(
  { settings }: Dependencies,
  canary: Canary,
  origin: string,
  to: string,
  notice: Numbered,
  id: string,
): Promise<readonly OfferedOrder[]> {
  const runId = RUN_ID.exec(origin)?.[0];
  if (notice.kind !== 'alert' || settings.linking === undefined || runId === undefined) return [];
  const releaseId = releaseIdOf(canary, runId);
  return offersFor(notice.topic, { releaseId, to, id, at: notice.at, occasion: notice.occasion }, settings.linking);
}

interface Sending {
  readonly offers: readonly OfferedOrder[];
  readonly idempotencyKey: string;
  readonly thread: string | undefined;
  readonly signal: AbortSignal;
}

async function sendBy(
  deps: Dependencies,
  canary: Canary,
  line: () => Promise<Line>,
  notice: Numbered,
  { offers, idempotencyKey, thread, signal }: Sending,
): Promise<Sent> {
  try {
    const { service, destination, proxy } = await line();
    const sendTo = async (to: Destination): Promise<Sent> => {
      const post = postOf(deps, canary, notice, offers, service, to);
      if (post === undefined) return { ok: true };
      const { complaint } = service;
      const named = (body: string) => service.thread?.(body, to);
      return sendAlert(post, { proxy, complaint, thread: named, idempotencyKey, signal });
    };
    let sent = await sendTo({ ...destination, thread });
    // A conversation can be deleted or locked, and its messages must arrive all the same.
    if (!sent.ok && !sent.mayPass && thread !== undefined) sent = await sendTo(destination);
    return sent.ok ? sent : { ...sent, error: `send error: ${sent.error}` };
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof RefusedError) return { ok: false, error: `error: ${error.message}`, mayPass: true };
    if (error instanceof UserError) return { ok: false, error: error.message, mayPass: false };
    // The API server doesn't answer, or refuses: that passes, or a user fixes it.
    if (error instanceof TransientError) return { ok: false, error: `error: ${error.message}`, mayPass: true };
    return { ok: false, error: `error: ${messageOf(error)}`, mayPass: false };
  }
}

function postOf(
  { settings, now }: Dependencies,
  canary: Canary,
  notice: Numbered,
  offers: readonly OfferedOrder[],
  service: AlertService,
  to: Destination,
): Post | undefined {
  const { name, namespace } = canary;
  const cluster = settings.clusterName === DEFAULT_SETTINGS.clusterName ? undefined : settings.clusterName;
  switch (notice.kind) {
    case 'alert':
      return service.alert(alertText(notice, canary, cluster, offers), to, now());
    case 'over':
      return service.over?.({ name, namespace, cluster, topics: notice.topics, at: notice.at }, to);
    case 'event':
      return undefined;
  }
}

/** @throws UserError in Flagger's words where the provider or its Secret is wrong */
async function lineOf(deps: Dependencies, ref: { readonly namespace: string; readonly name: string }): Promise<Line> {
  const object = await deps.cache.read(ALERT_PROVIDERS, ref.namespace, ref.name);
  if (!object) throw new UserError(`error: alertproviders.flagger.app "${ref.name}" not found`);
  const parsed = parseAlertProvider(object);
  if (!parsed.ok) throw new UserError(`error: ${describeRefusal(parsed.refusal)}`);
  const provider = parsed.value;
  const { channel, username, proxy } = provider;
  return {
    service: serviceFor(provider.type),
    destination: { ...(await addressOf(deps, provider)), channel, username },
    proxy,
  };
}

async function addressOf(
  deps: Dependencies,
  { target, namespace }: AlertProvider,
): Promise<Pick<Destination, 'address' | 'token'>> {
  if (target.kind === 'address') return { address: target.address, token: undefined };
  const secret = await readSecret(deps.cache, namespace, target.secretName).catch((error: unknown) => {
    const isMissing = error instanceof UserError && !(error instanceof RefusedError);
    throw isMissing ? new UserError(`secretRef error: ${error.message}`) : error;
  });
  const address = secret['address']?.trim();
  if (!address) throw new UserError('secret does not contain an address');
  return { address, token: secret['token']?.trim() || undefined };
}
