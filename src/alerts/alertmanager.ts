import type { Severity, Topic } from '../domain/notices/notice.js';
import { titleOf, type AlertService, type AlertText, type Destination, type Post } from './port.js';

const HOUR_MS = 3_600_000;

/**
 * How long an alert fires at most. Alertmanager expects a lasting alert to be sent again and again; a release instead
 * reports when the alert is over, and this limit is for the case that it can't.
 */
const FIRES_MS: Readonly<Record<Topic, number>> = {
  initialized: HOUR_MS / 4,
  promoted: HOUR_MS / 4,
  progressing: 24 * HOUR_MS,
  waiting: 7 * 24 * HOUR_MS,
  failed: 24 * HOUR_MS,
  stopped: 24 * HOUR_MS,
};

const NAMES: Readonly<Record<Topic, string>> = {
  initialized: 'CanaryInitialized',
  promoted: 'CanaryPromoted',
  progressing: 'CanaryProgressing',
  waiting: 'CanaryWaiting',
  failed: 'CanaryFailed',
  stopped: 'CanaryStopped',
};

interface Subject {
  readonly name: string;
  readonly namespace: string;
  readonly cluster: string | undefined;
}

/**
 * Prometheus Alertmanager, API v2. An alert fires until the release reports that it is over (`endsAt` in the past).
 *
 * @see https://prometheus.io/docs/alerting/latest/alerts_api
 * @see https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
 */
export const alertmanager: AlertService = {
  type: 'alertmanager',
  alert: (alert, to) =>
    post(to, [
      {
        labels: labelsOf(alert, alert.topic),
        annotations: annotationsOf(alert),
        startsAt: iso(alert.at),
        endsAt: iso(alert.at + FIRES_MS[alert.topic]),
      },
    ]),
  over: (over, to) =>
    post(
      to,
      over.topics.map((topic) => ({
        labels: labelsOf(over, topic),
        annotations: { summary: `${titleOf(over)}: over` },
        endsAt: iso(over.at),
      })),
    ),
};

function post(to: Destination, alerts: readonly object[]): Post {
  return {
    url: alertsAddress(to.address),
    body: alerts,
    ...(to.token === undefined ? {} : { headers: { Authorization: `Bearer ${to.token}` } }),
  };
}

/** Users write Alertmanager's address with or without the path of its API. */
function alertsAddress(address: string): string {
  const url = new URL(address);
  if (!url.pathname.endsWith('/api/v2/alerts')) url.pathname = `${url.pathname.replace(/\/$/, '')}/api/v2/alerts`;
  return url.href;
}

function labelsOf(subject: Subject, topic: Topic): Readonly<Record<string, string>> {
  return {
    alertname: NAMES[topic],
    canary: subject.name,
    namespace: subject.namespace,
    ...(subject.cluster === undefined ? {} : { cluster: subject.cluster }),
    severity: SEVERITIES[topic],
  };
}

/** Of a topic, so that the label is the same when the alert is over. */
const SEVERITIES: Readonly<Record<Topic, Severity>> = {
  initialized: 'info',
  promoted: 'info',
  progressing: 'info',
  waiting: 'warn',
  failed: 'error',
  stopped: 'warn',
};

function annotationsOf(alert: AlertText): Readonly<Record<string, string>> {
  const description = alert.fields.map(({ name, value }) => `${name}: ${value}`).join('\n');
  return {
    summary: `${titleOf(alert)}: ${alert.message}`,
    ...(description === '' ? {} : { description }),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
