import { z } from 'zod';
import { exactlyOneOf } from './fields.js';
import { secretRefSchema } from './metric-template.js';

/** Flagger's five, and three that only Serinus knows. */
export const ALERT_PROVIDER_TYPES = [
  'slack',
  'msteams',
  'discord',
  'rocket',
  'gchat',
  'lark',
  'alertmanager',
  'webhook',
] as const;

export type AlertProviderType = (typeof ALERT_PROVIDER_TYPES)[number];

const text = (description: string) => z.string().meta({ description }).optional();

export const alertProviderSpecSchema = exactlyOneOf(
  z.object({
    type: z.enum(ALERT_PROVIDER_TYPES).meta({ description: 'Which service takes the alerts' }),
    channel: text('Channel to write to; general where empty'),
    username: text('Name to write under; flagger where empty'),
    address: text('URL of the incoming webhook, or of the Alertmanager'),
    proxy: text('URL of an HTTP proxy'),
    secretRef: secretRefSchema('The Secret with the key address, and with the key token where one is needed'),
  }),
  ['address', 'secretRef'],
  'Where alerts are sent',
  ['type'],
);
