import type { Live, Release } from '../api/types.js';

/** The part of a live view about a release alone, such as one that has ended. */
export function liveOf(release: Release): Live {
  const { canary, phase, course, weight, reason, waitsFor } = release;
  return {
    canary,
    release,
    phase,
    ...(course && { strategy: course.strategy }),
    weight: { wanted: weight },
    ...(reason !== undefined && { why: reason }),
    ...(waitsFor !== undefined && { next: { what: waitsFor } }),
    tree: [],
    gates: course?.gates ?? [],
    links: {},
  };
}
