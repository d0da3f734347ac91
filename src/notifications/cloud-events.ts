import { sendAlert, type Sent } from '../alerts/send.js';
import { cloudEventsOf } from '../crds/announcements.js';
import type { Canary } from '../crds/canary.js';
import type { Numbered } from '../domain/notices/outbox.js';
import { CLOUD_EVENT_CONTENT, cloudEventOf } from '../webhooks/cloudevent.js';
import type { Dependencies } from '../dependencies.js';
import type { Recipient } from './port.js';

/** Recipients of CloudEvents: the Canary's own, else the global one. */
export function cloudEventRecipients(deps: Dependencies, canary: Canary): readonly Recipient[] {
  const url = cloudEventsOf(canary) ?? deps.settings.notifications.cloudEvents;
  if (url === undefined) return [];
  return [
    {
      to: 'CloudEvents',
      wants: ({ kind }) => kind !== 'over',
      notify: (notice, key, signal) => notifyBy(deps, canary, url, notice, key, signal),
    },
  ];
}

async function notifyBy(
  deps: Dependencies,
  { namespace, name }: Canary,
  url: string,
  notice: Numbered,
  key: string,
  signal: AbortSignal,
): Promise<Sent> {
  const cluster = deps.settings.clusterName;
  const body = cloudEventOf({ cluster, namespace, name }, notice, key);
  if (body === undefined) return { ok: true };
  const post = { url, body, headers: { 'Content-Type': CLOUD_EVENT_CONTENT } };
  const sent = await sendAlert(post, { proxy: undefined, complaint: undefined, idempotencyKey: key, signal });
  if (!sent.ok) deps.log.error({ canary: `${name}.${namespace}` }, `CloudEvents: ${sent.error}`);
  return sent;
}
