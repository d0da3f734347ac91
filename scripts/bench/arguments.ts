import { parseOptions, UsageError } from '../../lab/cli/usage-error.js';

export const USAGE = `Usage: npm run bench [-- OPTIONS]

Starts the lab and Serinus, carries releases out by the walkthrough's own figures, and measures how long they take, how
long a bad one keeps its traffic, and what a tick costs in Temporal's history. Not a test: nothing is judged.

Options:
  --runs N    repeat everything N times and tell median, minimum and maximum (default: 3; about four minutes a run)
  --quick     analyse every 2 seconds in place of every 10; its figures compare with nothing else
  --orders N  in place of releases: measure N orders, from the request to the route; less than a minute for 100
  --repairs   in place of releases: delete each generated object, and measure when it is there again; a minute or two
  --scale N   in place of releases: N Canaries released at once, or N,N,…; what one costs, and how much later it is
  --timeline  also print, for each good release, what happened when
  --json      print everything that was measured as JSON on standard output, all else on standard error
  --help      show this
`;

const COMMAND = 'npm run bench';
const MOST_RUNS = 50;
const MOST_ORDERS = 1_000;
const MOST_AT_ONCE = 1_000;

/** The walkthrough's own. */
const INTERVAL_SECONDS = 10;
/** Prometheus scrapes once a second here and a rate needs two samples, so that a shorter one would find no values. */
const QUICK_INTERVAL_SECONDS = 2;

export interface Arguments {
  readonly help: boolean;
  readonly json: boolean;
  readonly timeline: boolean;
  readonly runs: number;
  /** Measure so many orders in place of releases. */
  readonly orders: number | undefined;
  /** Measure how soon what is deleted is there again, in place of releases. */
  readonly repairs: boolean;
  /** Release so many Canaries at once, in place of one after the other. */
  readonly scale: readonly number[];
  readonly intervalSeconds: number;
}

/** @throws UsageError on what it doesn't know */
export function readArguments(args: readonly string[]): Arguments {
  const options = {
    help: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    timeline: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    repairs: { type: 'boolean', default: false },
    runs: { type: 'string', default: '3' },
    orders: { type: 'string' },
    scale: { type: 'string', default: '' },
  } as const;
  const { help, json, timeline, quick, repairs, runs, orders, scale } = parseOptions(args, options, COMMAND);
  if (!/^\d+$/.test(runs) || Number(runs) < 1 || Number(runs) > MOST_RUNS) {
    throw new UsageError(`--runs: "${runs}" is not a whole number from 1 to ${MOST_RUNS} (see ${COMMAND} -- --help)`);
  }
  if (orders !== undefined && (!/^\d+$/.test(orders) || Number(orders) < 1 || Number(orders) > MOST_ORDERS)) {
    throw new UsageError(
      `--orders: "${orders}" is not a whole number from 1 to ${MOST_ORDERS} (see ${COMMAND} -- --help)`,
    );
  }
  const crowds = scale === '' ? [] : scale.split(',');
  for (const crowd of crowds) {
    if (/^\d+$/.test(crowd) && Number(crowd) >= 1 && Number(crowd) <= MOST_AT_ONCE) continue;
    throw new UsageError(
      `--scale: "${crowd}" is not a whole number from 1 to ${MOST_AT_ONCE} (see ${COMMAND} -- --help)`,
    );
  }
  const intervalSeconds = quick ? QUICK_INTERVAL_SECONDS : INTERVAL_SECONDS;
  const counted = orders === undefined ? undefined : Number(orders);
  return {
    help,
    json,
    timeline,
    runs: Number(runs),
    orders: counted,
    repairs,
    scale: crowds.map(Number),
    intervalSeconds,
  };
}
