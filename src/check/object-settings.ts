import type { Settings } from '../settings.js';

/** The settings that say which objects Canaries have, and how they are named. */
export type ObjectSettings = Pick<
  Settings,
  'selectorLabels' | 'includeLabelPrefixes' | 'configTracking' | 'ingressAnnotationsPrefix' | 'ingressClass'
>;
