import type { Decision, Effect } from '../decision/effects.js';
import type { RunState } from '../state.js';
import { apply, status } from './common.js';

/**
 * As long as a generated object can't be corrected, the condition says so, whatever the release does meanwhile; and no
 * longer.
 *
 * @param refusals one text per object
 * @param now milliseconds since 1970
 */
export function withRefusals(decision: Decision, refusals: readonly string[], now: number): Decision {
  switch (decision.do) {
    case 'rollBack':
      // The decision writes the status.
      return { ...decision, next: (servedBy) => saying(decision.next(servedBy), undefined) };
    case 'nothing': {
      const { next } = decision;
      const effects = effectsFor(next, refusals, []);
      if (effects.length === 0) return decision;
      return apply(effects, 'say what is refused', saying(next, textOf(refusals)), now);
    }
    case 'apply': {
      const { next } = decision;
      const added = effectsFor(next, refusals, decision.effects);
      if (added.length === 0) return { ...decision, next: saying(next, textOf(refusals)) };
      return { ...decision, effects: [...decision.effects, ...added], next: saying(next, textOf(refusals)) };
    }
  }
}

/** The effects after which the condition says just this. Writing a status clears it. */
function effectsFor(next: RunState, refusals: readonly string[], effects: readonly Effect[]): readonly Effect[] {
  const text = textOf(refusals);
  const isWritten = effects.some((effect) => effect.do === 'status');
  // A refusal that blocks the whole release is on the condition already.
  if (effects.some((effect) => effect.do === 'condition')) return [];
  if (text === undefined) return next.refusals === undefined || isWritten ? [] : [status(next)];
  if (text === next.refusals && !isWritten) return [];
  return [{ do: 'condition', message: text, refused: true, aside: true }];
}

function textOf(refusals: readonly string[]): string | undefined {
  return refusals.length === 0 ? undefined : refusals.join('; ');
}

/** States of earlier versions lack the field; it stays absent where there was never a refusal. */
function saying(state: RunState, text: string | undefined): RunState {
  return text === state.refusals ? state : { ...state, refusals: text };
}
