import { attachmentOf } from './attachment.js';
import type { AlertService } from './port.js';

const COLORS = { info: '#0076D7', warn: '#FFA500', error: '#FF0000' } as const;

/**
 * Rocket.Chat: an incoming webhook integration.
 *
 * @see https://docs.rocket.chat/docs/integrations
 */
export const rocket: AlertService = {
  type: 'rocket',
  alert: (alert, to) => ({ url: to.address, body: attachmentOf(alert, to, COLORS) }),
  complaint: (body) =>
    /"success"\s*:\s*false/.test(body) ? { error: 'Rocket.Chat says success: false', mayPass: false } : undefined,
};
