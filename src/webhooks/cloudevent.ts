import type { CanaryKey } from '../domain/identity.js';
import type { Notice } from '../domain/notices/notice.js';

/** A CloudEvent in JSON format. */
export interface CloudEvent {
  readonly specversion: '1.0';
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly subject: string;
  readonly time: string;
  readonly datacontenttype: 'application/json';
  readonly data: Readonly<Record<string, unknown>>;
}

/** Of the body, in structured content mode. */
export const CLOUD_EVENT_CONTENT = 'application/cloudevents+json; charset=utf-8';

/**
 * A notice as a CloudEvent: each event as `dev.serinus.canary.event`, each milestone as `dev.serinus.release.<topic>`.
 * Types and the keys of `data` are only ever added to.
 *
 * @param id the same for each repetition of this notice
 * @returns undefined for a notice that isn't news
 * @see https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md
 */
export function cloudEventOf(
  { cluster, namespace, name }: CanaryKey,
  notice: Notice,
  id: string,
): CloudEvent | undefined {
  if (notice.kind === 'over') return undefined;
  const { message, at } = notice;
  const common = { cluster, namespace, name, message };
  return {
    specversion: '1.0',
    id,
    source: `/clusters/${encodeURIComponent(cluster)}/namespaces/${namespace}/canaries/${name}`,
    type: notice.kind === 'event' ? 'dev.serinus.canary.event' : `dev.serinus.release.${notice.topic}`,
    subject: `${namespace}/${name}`,
    time: new Date(at).toISOString(),
    datacontenttype: 'application/json',
    data:
      notice.kind === 'event'
        ? { ...common, type: notice.type, phase: notice.phase, revision: notice.revision?.hash ?? '' }
        : { ...common, severity: notice.severity },
  };
}
