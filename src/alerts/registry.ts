import type { AlertProviderType } from '../crds/alert-provider.js';
import { alertmanager } from './alertmanager.js';
import { discord } from './discord.js';
import { googleChat } from './googlechat.js';
import { lark } from './lark.js';
import { msteams } from './msteams.js';
import type { AlertService } from './port.js';
import { rocket } from './rocket.js';
import { slack } from './slack.js';
import { webhook } from './webhook.js';

const SERVICES: Readonly<Record<AlertProviderType, AlertService>> = {
  slack,
  msteams,
  discord,
  rocket,
  gchat: googleChat,
  lark,
  alertmanager,
  webhook,
};

export function serviceFor(type: AlertProviderType): AlertService {
  return SERVICES[type];
}
