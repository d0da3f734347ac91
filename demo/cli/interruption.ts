const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

type EndingSignal = keyof typeof EXIT_CODES;

/** One Ctrl-C comes twice: from the terminal, and from the process that started us. */
const SAME_KEY_PRESS_MS = 1_000;

/** Somebody has ended the demo. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly exitCode: number;

  constructor(readonly by: EndingSignal) {
    super(`stopped by ${by}`);
    this.exitCode = EXIT_CODES[by];
  }
}

/**
 * A signal that aborts with {@link Interrupted} when the process is asked to end. Who asks again, some time later,
 * doesn't want to wait: then it ends at once, and what it has started ends with it.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController();
  let since: number | undefined;
  const onSignal = (name: EndingSignal): void => {
    if (since !== undefined && Date.now() - since > SAME_KEY_PRESS_MS) process.exit(EXIT_CODES[name]);
    since ??= Date.now();
    controller.abort(new Interrupted(name));
  };
  for (const name of Object.keys(EXIT_CODES) as EndingSignal[]) process.on(name, () => onSignal(name));
  // Whoever read our output has gone, as in `npm run demo | head`.
  process.stdout.on('error', () => onSignal('SIGHUP'));
  process.stderr.on('error', () => onSignal('SIGHUP'));
  return controller.signal;
}
