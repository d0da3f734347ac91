/** How many equal answers in a row it takes to change the mind. */
export interface Thresholds {
  readonly success: number;
  readonly failure: number;
}

/** What a probe has made of its answers so far. */
export interface ProbeState {
  readonly verdict: 'unknown' | 'success' | 'failure';
  /** The last answer, and how often it has come in a row. */
  readonly last: boolean | undefined;
  readonly inARow: number;
}

export const initialProbeState: ProbeState = { verdict: 'unknown', last: undefined, inARow: 0 };

/** Takes one more answer into account, by the rules of Kubernetes' kubelet. */
export function observe(state: ProbeState, success: boolean, thresholds: Thresholds): ProbeState {
  const inARow = state.last === success ? state.inARow + 1 : 1;
  const enough = inARow >= (success ? thresholds.success : thresholds.failure);
  return { verdict: enough ? toVerdict(success) : state.verdict, last: success, inARow };
}

function toVerdict(success: boolean): ProbeState['verdict'] {
  return success ? 'success' : 'failure';
}
