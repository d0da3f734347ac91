import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { SearchAttributePair, SearchAttributeUpdatePair } from '@temporalio/common';
import type { RunState } from '../../domain/state.js';
import { searchAttributes as attributes } from '../contract.js';
import { detailsOf } from './details.js';

/** What the Temporal UI and its searches show of a run. */
interface Published {
  readonly phase: string;
  readonly weight: number;
  readonly revision: string;
  readonly waiting: string;
  readonly outcome: string;
  readonly triggeredBy: string;
  readonly requestId: string;
}

/** Shows the state in the Temporal UI: search attributes that have changed, and the current details. */
export class Publisher {
  private last = inherited();

  publish(state: RunState): void {
    const now: Published = {
      phase: state.phase === '' ? 'New' : state.phase,
      weight: state.weight,
      revision: state.applied?.hash ?? '',
      waiting: state.paused ? 'resume' : (state.gate?.gate ?? ''),
      outcome: state.ending?.kind ?? '',
      triggeredBy: state.cause.by,
      requestId: state.cause.requestId ?? '',
    };
    const pairs = changedPairs(this.last, now);
    // An upsert is an event in the history: all changes go into one.
    if (pairs.length > 0) upsertSearchAttributes([...pairs, ...this.introduction(state)]);
    this.last = now;
    setCurrentDetails(detailsOf(state, workflowInfo().workflowId));
  }

  /** Names the Canary, for runs that people have started by hand: all others start with these attributes. */
  private introduction({ canary, cause }: RunState): SearchAttributeUpdatePair[] {
    const { typedSearchAttributes: known } = workflowInfo();
    if (cause.kind !== 'order' || known.get(attributes.name) !== undefined) return [];
    return [
      { key: attributes.cluster, value: canary.cluster },
      { key: attributes.namespace, value: canary.namespace },
      { key: attributes.name, value: canary.name },
    ];
  }
}

/**
 * Attributes from the start of the run, or from the run before it: a run that continued as new keeps its search
 * attributes.
 */
function inherited(): Published {
  const { typedSearchAttributes: known } = workflowInfo();
  return {
    phase: known.get(attributes.phase) ?? '',
    weight: known.get(attributes.weight) ?? 0,
    revision: known.get(attributes.revision) ?? '',
    waiting: known.get(attributes.waiting) ?? '',
    outcome: known.get(attributes.outcome) ?? '',
    triggeredBy: known.get(attributes.triggeredBy) ?? '',
    requestId: known.get(attributes.requestId) ?? '',
  };
}

function changedPairs(before: Published, now: Published): SearchAttributeUpdatePair[] {
  const pairs: SearchAttributeUpdatePair[] = [];
  const keyword = (field: keyof Published, key: SearchAttributePair['key']): void => {
    const value = now[field];
    if (before[field] === value) return;
    pairs.push({ key, value: value === '' ? null : value } as SearchAttributeUpdatePair);
  };
  keyword('phase', attributes.phase);
  keyword('weight', attributes.weight);
  keyword('revision', attributes.revision);
  keyword('waiting', attributes.waiting);
  keyword('outcome', attributes.outcome);
  keyword('triggeredBy', attributes.triggeredBy);
  keyword('requestId', attributes.requestId);
  return pairs;
}
