import type { StatusEffect } from '../domain/decision/effects.js';
import type { Phase } from '../domain/phases.js';
import type { Handover } from './facts.js';

/** A finding of a plan. An error prevents the whole plan. */
export interface Finding {
  readonly level: 'error' | 'warning' | 'info';
  readonly message: string;
  /** What the user can do. */
  readonly remedy?: string;
}

/** What changing hands means for one Canary. */
export interface Entry {
  readonly namespace: string;
  readonly name: string;
  readonly phase: Phase;
  /** `change`: it changes hands. `nothing`: it needn't. `blocked`: it can't, and the findings say why. */
  readonly verdict: 'change' | 'nothing' | 'blocked';
  readonly findings: readonly Finding[];
  /** The status that is written; undefined where it stays as it is. */
  readonly status: StatusEffect | undefined;
  /** Data for the way back. */
  readonly handover: Handover | undefined;
}

/** Everything that `serinus adopt` would do. */
export interface Plan {
  readonly direction: Direction;
  /** About the cluster. */
  readonly findings: readonly Finding[];
  readonly canaries: readonly Entry[];
}

export type Direction = 'adopt' | 'give-back';

export function errorsIn(plan: Plan): readonly Finding[] {
  const all = [...plan.findings, ...plan.canaries.flatMap((entry) => entry.findings)];
  return all.filter((finding) => finding.level === 'error');
}

export function error(message: string, remedy: string): Finding {
  return { level: 'error', message, remedy };
}

export function warning(message: string, remedy: string): Finding {
  return { level: 'warning', message, remedy };
}

export function info(message: string): Finding {
  return { level: 'info', message };
}
