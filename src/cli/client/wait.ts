import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from 'commander';
import type { Release } from '../../api/schema/release.js';
import { ApiRefusal, Unreachable, type ApiClient } from './api-client.js';
import { EXIT } from './exit-codes.js';
import { CommandFailed } from './failed.js';
import { duration } from '../flags/client-flags.js';
import { recordLine } from './record.js';
import { verdictText } from './verdict.js';

export interface WaitFlags {
  readonly wait?: boolean;
  /** Milliseconds; for ever where undefined. */
  readonly timeout?: number;
  /** What to wait for, other than its end. */
  readonly until?: Until;
}

const UNTIL = ['waiting', 'paused'] as const;
type Until = (typeof UNTIL)[number];

const LOOK_MS = 1_000;
/** Ends of a run after which the requested version serves users, or the one that served all along. */
const GOOD: readonly string[] = ['promoted', 'initialized', 'reconciled'];

export function addWaitFlags(command: Command): Command {
  return command
    .option('--wait', 'wait until the release has ended, and print what happens; the exit code says how it ended')
    .addOption(
      new Option(
        '--until <state>',
        'with --wait: also done, with 0, when the release waits for approval, or is paused',
      ).choices(UNTIL),
    )
    .addOption(
      new Option(
        '--timeout <duration>',
        'with --wait: give up after this, such as 10m; the release goes on (default: never)',
      ).argParser(duration),
    );
}

/**
 * Waits until a release has ended. A server that can't be reached is retried: the release doesn't depend on it.
 *
 * @param print receives what happens, line by line
 * @throws CommandFailed with exit code 3 where it has failed, 4 where the time is up
 */
export async function waitFor(
  client: ApiClient,
  id: string,
  { timeout: timeoutMs, until }: WaitFlags,
  print: (line: string) => void,
): Promise<Release> {
  const deadline = timeoutMs === undefined ? Infinity : Date.now() + timeoutMs;
  const printed = new Set<string>();
  let last: Release | undefined;
  for (let problem = ''; ;) {
    const seen = await orPassing(() => client.release(id));
    if (seen instanceof CommandFailed) {
      if (seen.message !== problem) console.error(`serinus: ${seen.message}; trying again`);
      problem = seen.message;
    } else {
      last = seen;
      problem = '';
      for (const entry of seen.record) {
        const line = recordLine(entry);
        const key = JSON.stringify(entry);
        if (line !== undefined && !printed.has(key)) print(line);
        printed.add(key);
      }
      if (seen.ended) return judged(seen);
      if (until !== undefined && isIn(seen, until)) return seen;
    }
    if (Date.now() >= deadline) throw timedOut(id, last);
    await sleep(Math.min(LOOK_MS, Math.max(0, deadline - Date.now())));
  }
}

function isIn({ gate, paused }: Release, state: Until): boolean {
  return state === 'paused' ? paused !== undefined : gate !== undefined && paused === undefined;
}

/** The final state of the release, in one sentence. */
export function endText(release: Release): string {
  const { ended, paused, gate } = release;
  if (ended) return verdictText(release);
  return paused ? `paused by ${paused.by}` : `waits for approval (${gate?.gate ?? 'not any more'})`;
}

/** @throws CommandFailed where it has failed */
export function judged(release: Release): Release {
  const outcome = release.outcome ?? release.run;
  if (GOOD.includes(outcome)) return release;
  const { namespace, name } = release.canary;
  throw new CommandFailed(
    EXIT.releaseFailed,
    `${name}.${namespace}: ${verdictText(release)}`,
    `"serinus history ${name} -n ${namespace}" lists its releases (this one: ${release.id})`,
  );
}

function timedOut(id: string, last: Release | undefined): CommandFailed {
  // In an A/B test the weight is no share of the requests.
  const share = last?.course?.strategy.kind === 'canary' ? ` at ${last.weight}% of requests` : '';
  const where = last ? ` in phase ${last.phase || 'New'}${share}` : '';
  return new CommandFailed(
    EXIT.timedOut,
    `the time is up, and the release is still under way${where}`,
    `it goes on; "serinus status <canary> --wait" waits again (release ${id})`,
  );
}

async function orPassing<T>(ask: () => Promise<T>): Promise<T | CommandFailed> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Unreachable || (error instanceof ApiRefusal && error.passing)) return error;
    throw error;
  }
}
