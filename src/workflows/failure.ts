import { ActivityFailure, ApplicationFailure, patched } from '@temporalio/workflow';
import type { Happening } from '../domain/decision/decide.js';
import type { FailureDetails } from './activities.js';

/** An activity's failure, for the core to decide on. Versions before this patch tried again at once, however often. */
export function failureOf(error: unknown): Happening & { type: 'failed' } {
  const known = errorOf(error);
  const said = saidBefore(error);
  return {
    type: 'failed',
    error: known,
    ...(said.length > 0 ? { said } : {}),
    ...(patched('failures-wait') ? {} : { atOnce: true as const }),
    ...(known.type === 'Fenced' && patched('fenced-looks') ? { looks: true as const } : {}),
  };
}

export function errorOf(error: unknown): { readonly type: string; readonly message: string } {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof ApplicationFailure) return { type: cause.type ?? 'Error', message: cause.message };
  return { type: 'Error', message: cause instanceof Error ? cause.message : String(cause) };
}

/** The events recorded before the failure. */
function saidBefore(error: unknown): readonly string[] {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const [details] = cause instanceof ApplicationFailure ? (cause.details ?? []) : [];
  return (details as FailureDetails | undefined)?.said ?? [];
}
