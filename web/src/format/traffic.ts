import type { Traffic } from '../api/types.js';
import type { Texts } from '../i18n/en.js';
import { percent } from './numbers.js';

/** Which requests reach the canary, in words. */
export function trafficIn(traffic: Traffic, t: Texts, locale: string): string {
  return traffic.to === 'match' ? t.traffic.match(traffic.match) : t.traffic.share(percent(traffic.percent, locale));
}
