import { readFileSync } from 'node:fs';
import type { RunningSerinus } from './serinus-process.js';

/** Names the variable in which the test run says, as JSON, which Serinus looks after all namespaces of the lab. */
const SHARED_SERINUS = 'SERINUS_SHARED';

/** The Serinus of a whole round of tests: a start of one for each test costs more than what most of them test. */
export interface SharedPlace {
  readonly cluster: string;
  readonly pid: number;
  /** Its log file. */
  readonly log: string;
}

/** @returns undefined where each test starts its own */
export function sharedSerinus(): SharedSerinus | undefined {
  const text = process.env[SHARED_SERINUS];
  return text === undefined ? undefined : new SharedSerinus(JSON.parse(text) as SharedPlace);
}

/** What a test may do with it: read its log. To stop it would stop it for the others. */
export class SharedSerinus implements RunningSerinus {
  constructor(private readonly place: SharedPlace) {}

  get cluster(): string {
    return this.place.cluster;
  }

  get pid(): number {
    return this.place.pid;
  }

  /** @throws Error where it is not as this test wants it */
  asAskedFor(args: readonly string[], env: Record<string, string>): this {
    if (args.join() !== 'all' || Object.keys(env).length > 0)
      throw new Error(`serinus ${args.join(' ')}: a test that needs its own belongs in a file without ".shared"`);
    return this;
  }

  text(): string {
    return readFileSync(this.place.log, 'utf8');
  }

  signal(signal: NodeJS.Signals): never {
    throw refusal(signal);
  }

  kill(): never {
    throw refusal('kill');
  }

  stop(): never {
    throw refusal('stop');
  }

  restart(): never {
    throw refusal('restart');
  }
}

function refusal(what: string): Error {
  return new Error(`${what}: other tests share this Serinus; the test belongs in a file without ".shared"`);
}
