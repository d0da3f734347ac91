import type { AlertText, Destination } from '../../src/alerts/port.js';

/** An alert with fields. */
export const STARTED: AlertText = {
  name: 'cart',
  namespace: 'shop',
  cluster: undefined,
  severity: 'info',
  topic: 'progressing',
  message: 'New revision detected, progressing canary analysis.',
  fields: [
    { name: 'Target', value: 'Deployment/cart.shop' },
    { name: 'Failed checks threshold', value: '5' },
    { name: 'Progress deadline', value: '600s' },
    { name: 'Traffic routing', value: 'Weight step: 10 max: 50' },
  ],
  offers: [],
  at: Date.UTC(2026, 10, 23, 12, 0, 0),
};

/** An alert without. */
export const FAILED: AlertText = {
  ...STARTED,
  severity: 'error',
  topic: 'failed',
  message: 'Failed checks threshold reached 5',
  fields: [],
};

export const WAITING: AlertText = {
  ...FAILED,
  severity: 'warn',
  topic: 'waiting',
  message: 'Canary is waiting for approval.',
};

export const TO: Destination = {
  address: 'https://hooks.example.org/services/T0/B0/secret',
  token: undefined,
  channel: 'general',
  username: 'flagger',
};

export const NOW = STARTED.at + 1_000;
