import { PlainScreen } from './plain.js';
import type { Screen } from './screen.js';
import { TerminalScreen } from './terminal.js';

/** The screen for where the output goes: a terminal that can be drawn on, or anything else. */
export function openScreen(out: NodeJS.WriteStream, env: NodeJS.ProcessEnv = process.env): Screen {
  if (!out.isTTY || env['TERM'] === 'dumb') return new PlainScreen((text) => void out.write(text));
  // https://no-color.org: set to anything but nothing, it means no.
  return new TerminalScreen(out, (env['NO_COLOR'] ?? '') === '');
}
