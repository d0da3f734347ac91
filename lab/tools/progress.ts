const PLAIN_EVERY_MS = 60_000;
const TICK_EVERY_MS = 1_000;

/** Tells a person how the search for programs goes, so that minutes of building don't look like a hang. */
export interface Progress {
  line(text: string): void;
  /** Reports that something is under way until the returned function is called. */
  underWay(text: string, expectation?: string): () => void;
  /** Tells as well how all of it goes, until the returned function is called. */
  overall(text: () => string): () => void;
}

/** For logs and pipes: a line now, and one every minute as a sign of life. */
export function plainProgress(log: (line: string) => void): Progress {
  return {
    line: log,
    underWay(text, expectation) {
      const started = Date.now();
      log(`${text}${expectation ? ` (${expectation})` : ''} …`);
      const timer = setInterval(() => log(`${text}: still at it (${secondsSince(started)} s)`), PLAIN_EVERY_MS);
      return () => clearInterval(timer);
    },
    overall(text) {
      log(text());
      const timer = setInterval(() => log(text()), PLAIN_EVERY_MS);
      return () => clearInterval(timer);
    },
  };
}

/** For a terminal: one line at the bottom that counts the seconds of everything under way. */
export function terminalProgress(stream: NodeJS.WriteStream): Progress {
  const active = new Map<symbol, { text: string; started: number }>();
  let whole: (() => string) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const clear = () => stream.write('\r\x1b[2K');
  const draw = () => {
    const each = [...active.values()].map(({ text, started }) => `${text} ${secondsSince(started)} s`);
    const parts = [...(whole && each.length > 0 ? [whole()] : []), ...each];
    clear();
    if (parts.length > 0) stream.write(parts.join('  |  ').slice(0, stream.columns - 1));
  };
  return {
    line(text) {
      clear();
      stream.write(`${text}\n`);
      draw();
    },
    underWay(text, expectation) {
      const id = Symbol(text);
      active.set(id, { text: expectation ? `${text} (${expectation})` : text, started: Date.now() });
      timer ??= setInterval(draw, TICK_EVERY_MS);
      draw();
      return () => {
        active.delete(id);
        if (active.size === 0) {
          clearInterval(timer);
          timer = undefined;
        }
        draw();
      };
    },
    overall(text) {
      whole = text;
      return () => (whole = undefined);
    },
  };
}

export function secondsSince(started: number): number {
  return Math.round((Date.now() - started) / 1000);
}
