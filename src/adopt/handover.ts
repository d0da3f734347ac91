import { jsonIn } from '../domain/json.js';
import type { KubeObject } from '../kube/object.js';
import { PHASES, type Phase } from '../domain/phases.js';
import type { Handover } from './facts.js';

/** On a Canary's Lease, since its status only has room for one hash of each kind: Flagger's hashes. */
const ADOPTED = 'serinus.dev/adopted';

/** The annotation that keeps it. */
export function handoverAnnotation(handover: Handover): Readonly<Record<string, string>> {
  return { [ADOPTED]: JSON.stringify(handover) };
}

/** @returns undefined where nothing was saved, or it can't be parsed */
export function handoverIn(lease: KubeObject | undefined): Handover | undefined {
  const kept = jsonIn(lease?.metadata.annotations?.[ADOPTED]);
  return isHandover(kept) ? kept : undefined;
}

function isHandover(value: unknown): value is Handover {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  const revision = new Map<string, unknown>(Object.entries(fields.get('revision') ?? {}));
  const configs = revision.get('configs');
  return (
    PHASES.includes(fields.get('phase') as Phase) &&
    typeof fields.get('lastAppliedSpec') === 'string' &&
    typeof fields.get('lastPromotedSpec') === 'string' &&
    typeof revision.get('hash') === 'string' &&
    typeof configs === 'object' &&
    configs !== null
  );
}
