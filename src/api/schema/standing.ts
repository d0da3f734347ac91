/**
 * How a Canary stands, as people speak of it: its phase, and what a phase alone doesn't tell. Page and command line show
 * this one; neither works it out again.
 */
export const STANDINGS = [
  'failed',
  'regressed',
  'undone',
  'waiting',
  'paused',
  'invalid',
  'blocked',
  'suspended',
  'progressing',
  'promoting',
  'starting',
  'succeeded',
  'initialized',
  'leaving',
] as const;

export type FleetStatus = (typeof STANDINGS)[number];
