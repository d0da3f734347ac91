import { StringDecoder } from 'node:string_decoder';
import type { Logs } from '../schema/logs.js';

type LogLine = Logs['lines'][number];

export interface TailLimits {
  readonly lines: number;
  /** Of one line. */
  readonly lineLength: number;
  /** Of all lines together. */
  readonly length: number;
}

/**
 * The end of a log: takes it piece by piece, and keeps no more than is shown, however much comes and however long a
 * line is.
 */
export class LogTail {
  private readonly decoder = new StringDecoder('utf8');
  private readonly kept: LogLine[] = [];
  private length = 0;
  private begun = '';
  private isCut = false;

  constructor(private readonly limits: TailLimits) {}

  take(piece: Buffer): void {
    this.takeText(this.decoder.write(piece));
  }

  /** @returns the lines to show, the oldest first */
  end(): { readonly lines: readonly LogLine[]; readonly truncated: boolean } {
    this.takeText(this.decoder.end());
    if (this.begun !== '') this.keep(this.begun);
    this.begun = '';
    return { lines: this.kept, truncated: this.isCut };
  }

  private takeText(text: string): void {
    const [first = '', ...others] = text.split('\n');
    this.lengthen(first);
    for (const one of others) {
      this.keep(this.begun);
      this.begun = '';
      this.lengthen(one);
    }
  }

  private lengthen(text: string): void {
    const room = this.limits.lineLength - this.begun.length;
    if (text.length > room) this.isCut = true;
    this.begun += text.slice(0, Math.max(0, room));
  }

  private keep(raw: string): void {
    const line = lineOf(raw);
    this.kept.push(line);
    this.length += line.text.length;
    while (this.kept.length > this.limits.lines || this.length > this.limits.length) {
      this.length -= this.kept.shift()?.text.length ?? 0;
      this.isCut = true;
    }
  }
}

/** `2026-03-02T10:00:00.000000001Z a message`, the format of Kubernetes. */
function lineOf(raw: string): LogLine {
  const blank = raw.indexOf(' ');
  const stamp = raw.slice(0, blank === -1 ? raw.length : blank);
  if (!STAMP.test(stamp)) return { text: plain(raw) };
  return { at: stamp, text: blank === -1 ? '' : plain(raw.slice(blank + 1)) };
}

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

// eslint-disable-next-line no-control-regex -- Programs colour what they log.
const COLOURS = /\u001b\[[\d;?]{0,20}[A-Za-z]/g;

function plain(text: string): string {
  return text.replaceAll(COLOURS, '').replaceAll(/[^\P{Cc}\t]/gu, '');
}
