import { causesIn } from '../../kube/refusals.js';
import type { Finding } from '../finding.js';
import type { Rehearsed } from './rehearse.js';
import type { Refused } from './stage-client.js';

/** Rules that explain why a release can't be rehearsed completely: the consequences needn't be reported again. */
const SAID_ALREADY = ['missing-object', 'invalid', 'foreign-object', 'shared-object', 'shared-target'];
/** More than a user fixes at once. */
const MOST = 20;

/**
 * The findings of a rehearsal of a Canary, in words for its author.
 *
 * @param others findings of the rules
 */
export function findingsIn(
  canary: string,
  { refused, problems, unheard }: Rehearsed,
  others: readonly Finding[],
): readonly Finding[] {
  const isSaid = others.some(({ rule }) => SAID_ALREADY.includes(rule));
  return [
    ...once(refused.flatMap(refusalsOf)).slice(0, MOST),
    ...(isSaid ? [] : problems.map((message) => problemOf(canary, message))),
    ...unheard.slice(0, MOST).map((message) => unheardOf(canary, message)),
  ];
}

function refusalsOf({ type, name, error }: Refused): readonly Finding[] {
  const object = `${type.kind}/${name}`;
  return causesIn(error).map(({ field, reason }) => ({
    rule: 'write-refused',
    severity: 'error',
    object,
    field,
    message: `a release writes it, and the API server won't take it: ${reason}`,
    remedy:
      'correct what it is made of: the Canary, its target or their names; or have the policy or the quota changed',
  }));
}

function problemOf(canary: string, message: string): Finding {
  return {
    rule: 'release-refused',
    severity: 'error',
    object: `Canary/${canary}`,
    field: 'spec',
    message: `a release isn't started: ${message}`,
    remedy: 'mend what it names',
  };
}

function unheardOf(canary: string, message: string): Finding {
  return {
    rule: 'not-rehearsed',
    severity: 'info',
    object: `Canary/${canary}`,
    field: 'spec',
    message: `what the API server would say to a part of what a release writes isn't known: ${message}`,
    remedy: 'check with the rights to make what a release makes (Services, workloads, configs, routes)',
  };
}

/** An object may be written more than once. */
function once(findings: readonly Finding[]): readonly Finding[] {
  const keyOf = ({ object, field, message }: Finding): string => JSON.stringify([object, field, message]);
  return [...new Map(findings.map((finding) => [keyOf(finding), finding])).values()];
}
