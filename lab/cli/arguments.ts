import { parseArgs } from 'node:util';

export const USAGE = `Usage: npm run lab [-- OPTIONS]

Starts real servers on loopback (Temporal, Kubernetes, a gateway, Prometheus) and keeps them until Ctrl-C.

Options:
  --dir PATH   keep everything in this folder; without it, a temporary one goes when the lab stops
  --serinus    start Serinus too, against the lab
  --status     list the running labs and what runs where, and exit
  --json       print the lab's (or with --status the labs') state as JSON on standard output
  --help       show this
`;

export interface Arguments {
  readonly dir: string | undefined;
  readonly serinus: boolean;
  readonly status: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

/** Something that the user has typed wrong; worth a sentence and not a stack. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Reads the command line. Throws a UsageError on what it doesn't know. */
export function readArguments(args: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        dir: { type: 'string' },
        serinus: { type: 'boolean', default: false },
        status: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    return { ...values, dir: values.dir };
  } catch (error) {
    const [sentence = ''] = (error instanceof Error ? error.message : String(error)).split('. ');
    throw new UsageError(`${sentence} (see npm run lab -- --help)`);
  }
}
