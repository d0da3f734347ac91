import type { Live, LiveNode } from '../../../api/schema/live.js';
import { recordLine } from '../record.js';
import { standingText } from '../standing.js';
import { clock, withLocalTimes } from '../times.js';
import { nextText, trafficLine } from './text.js';

/** Prints changes, a line each, for a pipe or a log. */
export class Lines {
  private readonly seen = new Set<string>();
  private standing = '';
  private nodes = new Map<string, string>();

  /** @param now milliseconds since 1970 */
  of(live: Live, now: number): string[] {
    return [...this.happened(live), ...this.parts(live), ...this.stands(live, now)];
  }

  private happened({ release }: Live): string[] {
    const lines: string[] = [];
    for (const entry of release?.record ?? []) {
      const key = JSON.stringify(entry);
      const line = recordLine(entry);
      if (line !== undefined && !this.seen.has(key)) lines.push(line);
      this.seen.add(key);
    }
    return lines;
  }

  /** Workloads and pods whose state has changed. */
  private parts({ tree, at }: Live): string[] {
    const nodes = new Map(tree.flatMap(flat).map(({ kind, name, status }) => [`${kind} ${name}`, status]));
    const changed = [...nodes].filter(([name, status]) => this.nodes.get(name) !== status);
    const gone = [...this.nodes.keys()].filter((name) => !nodes.has(name));
    this.nodes = nodes;
    return [
      ...changed.map(([name, status]) => `${clock(at)}  ${name}: ${status}`),
      ...gone.map((name) => `${clock(at)}  ${name}: gone`),
    ];
  }

  private stands(live: Live, now: number): string[] {
    const { why, at, release } = live;
    const word = standingText(live) || 'New';
    const line = `${release?.ended === true ? word : `${word}, ${trafficLine(live)}`}: ${withLocalTimes(why, now)}`;
    const next = nextText(live.next, now);
    if (line === this.standing) return [];
    this.standing = line;
    return [`${clock(at)}  ${line}${next === undefined ? '' : `; next: ${next}`}`];
  }
}

function flat(node: LiveNode): LiveNode[] {
  const own = node.kind === 'Canary' || node.kind === 'Revision' ? [] : [node];
  return [...own, ...node.children.flatMap(flat)];
}
