import type { Settings } from '../settings.js';

/** The settings about the objects of Canaries, and their names. */
export type ObjectSettings = Pick<
  Settings,
  'selectorLabels' | 'includeLabelPrefixes' | 'configTracking' | 'ingressAnnotationsPrefix' | 'ingressClass'
>;
