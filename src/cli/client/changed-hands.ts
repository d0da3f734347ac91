import type { Direction, Entry, Finding, Plan } from '../../adopt/plan.js';
import { coloured } from './output.js';

const COLOURS = { error: 'red', warning: 'yellow', info: undefined } as const;

/** A plan for Canaries to change hands, for people. @returns lines */
export function describePlan(plan: Plan): string[] {
  const { direction, findings, canaries } = plan;
  return [
    ...findings.flatMap((finding) => findingLines(finding, '')),
    ...(canaries.length === 0 ? ['there are no Canaries'] : []),
    ...canaries.flatMap((entry) => [
      `${nameOf(entry)} (${entry.phase === '' ? 'new' : entry.phase}): ${verdictOf(direction, entry)}`,
      ...entry.findings.flatMap((finding) => findingLines(finding, '  ')),
    ]),
  ];
}

/** What was done, in a line. */
export function describeResult(direction: Direction, entry: Entry): string {
  return `${nameOf(entry)}: ${direction === 'adopt' ? 'adopted' : 'given back'}`;
}

function nameOf({ name, namespace }: Entry): string {
  return `${name}.${namespace}`;
}

function verdictOf(direction: Direction, { verdict }: Entry): string {
  switch (verdict) {
    case 'change':
      return direction === 'adopt' ? 'will be adopted' : 'will be given back';
    case 'nothing':
      return 'nothing to do';
    case 'blocked':
      return coloured('red', direction === 'adopt' ? 'can’t be adopted now' : 'can’t be given back now');
  }
}

function findingLines({ level, message, remedy }: Finding, indent: string): string[] {
  const mark = level === 'info' ? '' : `${coloured(COLOURS[level], level)}: `;
  return [`${indent}${mark}${message}`, ...(remedy === undefined ? [] : [`${indent}  → ${remedy}`])];
}
