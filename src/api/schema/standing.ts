/**
 * A Canary's status in people's words: its phase, and what a phase alone doesn't show. Page and command line show this
 * one; neither computes its own.
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
