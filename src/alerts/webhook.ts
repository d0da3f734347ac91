import type { AlertService } from './port.js';

/**
 * Any receiver of JSON: the alert as it is. With a token, `Authorization: Bearer <token>`.
 *
 * docs/alerts.md describes the body; keys are only ever added to it.
 */
export const webhook: AlertService = {
  type: 'webhook',
  alert: (alert, to) => ({
    url: to.address,
    body: {
      name: alert.name,
      namespace: alert.namespace,
      ...(alert.cluster === undefined ? {} : { cluster: alert.cluster }),
      severity: alert.severity,
      topic: alert.topic,
      message: alert.message,
      timestamp: new Date(alert.at).toISOString(),
      fields: Object.fromEntries(alert.fields.map(({ name, value }) => [name, value])),
      ...(alert.offers.length === 0
        ? {}
        : { orders: Object.fromEntries(alert.offers.map(({ order, url }) => [order, url])) }),
    },
    ...(to.token === undefined ? {} : { headers: { Authorization: `Bearer ${to.token}` } }),
  }),
};
