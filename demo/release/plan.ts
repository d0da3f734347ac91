/** A version to be released, and how that should end. */
export interface ReleasePlan {
  readonly kind: 'good' | 'bad';
  /** Tag of the image. */
  readonly version: string;
  readonly expected: 'promoted' | 'rolled-back';
  /** Whether requests that fail and dawdle are sent through the gateway during the analysis. */
  readonly attacked: boolean;
}

export interface Figures {
  readonly intervalSeconds: number;
  readonly releases: readonly [ReleasePlan, ReleasePlan];
}

const WALKTHROUGH_INTERVAL_SECONDS = 10;
/** The good release takes some eight intervals, the bad one twelve: with the start of the lab about two minutes. */
const SHORT_INTERVAL_SECONDS = 4;

/**
 * What is released, and how often it is judged.
 *
 * An existing cluster gets the walkthrough's figures in any case: its Prometheus scrapes less often than the lab's, and
 * its registry has no version that misbehaves by itself.
 */
export function figuresFor(like: { readonly walkthrough: boolean; readonly existingCluster: boolean }): Figures {
  const asPublished = like.walkthrough || like.existingCluster;
  const good = { kind: 'good', version: '6.0.1', expected: 'promoted', attacked: false } as const;
  const bad = {
    kind: 'bad',
    // In the lab, a tag's ending makes a version misbehave.
    version: asPublished ? '6.0.2' : '6.0.2-errors',
    expected: 'rolled-back',
    attacked: asPublished,
  } as const;
  return {
    intervalSeconds: asPublished ? WALKTHROUGH_INTERVAL_SECONDS : SHORT_INTERVAL_SECONDS,
    releases: [good, bad],
  };
}
