import type { Live } from '../../../api/schema/live.js';
import type { Release } from '../../../api/schema/release.js';
import { EXIT } from '../exit-codes.js';
import { CommandFailed } from '../failed.js';
import { clientOf, type LiveFlags, type OutputFlags } from '../../flags/client-flags.js';
import { coloured, printLine } from '../output.js';
import { endText, judged } from '../wait.js';
import { follow } from './follow.js';
import { Lines } from './lines.js';
import { picture } from './render.js';
import { Screen } from './screen.js';
import { trafficLine } from './text.js';

/** The countdown continues between two updates. */
const REDRAW_MS = 1_000;

/** Where the pictures of a Canary go. */
interface Show {
  take(live: Live): void;
  /** No updates come for now, and why. */
  lost(why: string): void;
  close(): void;
}

/**
 * Shows a Canary as it changes: drawn in place on a terminal, a line for each change elsewhere.
 *
 * @throws CommandFailed with the exit codes of `status --wait` when waiting for the end
 */
export async function watchCanary(namespace: string, name: string, flags: LiveFlags): Promise<void> {
  const controller = new AbortController();
  const stop = (): void => controller.abort();
  process.once('SIGINT', stop);
  const timer = flags.timeout === undefined ? undefined : setTimeout(stop, flags.timeout);
  const began = Date.now();
  const show = showOf(flags);
  let last: Live | undefined;
  let release: Release | undefined;
  try {
    const lost = once((why) => show.lost(`serinus: ${why}; trying again`));
    for await (const live of follow(clientOf(flags), { namespace, name }, controller.signal, lost)) {
      last = live;
      show.take(live);
      if (flags.untilEnd && live.release?.ended !== false) {
        release = live.release;
        break;
      }
    }
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', stop);
    show.close();
  }
  const timeIsUp = flags.timeout !== undefined && Date.now() - began >= flags.timeout;
  if (controller.signal.aborted && timeIsUp) throw timedOut(name, last);
  if (!flags.untilEnd || controller.signal.aborted) return;
  if (!release) throw new CommandFailed(EXIT.error, `nothing of ${name}.${namespace} has been released yet`);
  judged(release);
  if (flags.output === 'table') console.log(coloured('green', `${name}.${namespace}: ${endText(release)}`));
}

function showOf({ output }: OutputFlags): Show {
  if (output === 'json' || output === 'yaml') {
    return { take: (live) => printLine(live, output), lost: complain, close: () => undefined };
  }
  return process.stdout.isTTY ? onTerminal(process.stdout) : inLines();
}

function inLines(): Show {
  const lines = new Lines();
  return {
    take: (live) => {
      for (const line of lines.of(live, Date.now())) console.log(line);
    },
    lost: complain,
    close: () => undefined,
  };
}

function complain(why: string): void {
  console.error(why);
}

function onTerminal(terminal: typeof process.stdout): Show {
  const screen = new Screen(terminal);
  let last: Live | undefined;
  let trouble: string | undefined;
  const draw = (): void => {
    if (last) screen.draw(picture(last, Date.now(), screen.room, trouble));
  };
  const timer = setInterval(draw, REDRAW_MS);
  terminal.on('resize', draw);
  return {
    take: (live) => {
      last = live;
      trouble = undefined;
      draw();
    },
    // A separate line between two pictures would shift the next one.
    lost: (why) => {
      trouble = why;
      if (last) draw();
      else complain(why);
    },
    close: () => {
      clearInterval(timer);
      terminal.off('resize', draw);
      screen.leave();
    },
  };
}

function timedOut(name: string, last: Live | undefined): CommandFailed {
  const where = last ? ` in phase ${last.phase || 'New'}: ${trafficLine(last)}` : '';
  return new CommandFailed(
    EXIT.timedOut,
    `the time is up, and ${name} is still watched${where}`,
    'what is under way goes on; the same command watches again',
  );
}

/** Doesn't repeat the same text. */
function once(say: (text: string) => void): (text: string) => void {
  let said = '';
  return (text) => {
    if (text !== said) say(text);
    said = text;
  };
}
