import { TemplateError, type Place } from './error.js';
import { numberOf, unquoted } from './literals.js';

/** A piece of a template. Those of an action stand between an `open` and a `close`. */
export type Token = {
  readonly place: Place;
  /** The text before it ends there: space, or a character that begins a new token. */
  readonly apart: boolean;
} & (
  | { readonly kind: 'text' | 'name' | 'variable' | 'field' | 'string'; readonly text: string }
  | { readonly kind: 'number'; readonly value: bigint | number }
  | { readonly kind: 'open' | 'close' | 'dot' | '|' | '(' | ')' | ':=' | '=' | 'end of text' }
);

const LEFT = '{{';
const RIGHT = '}}';
/** No space is needed after these. */
const BEGINNINGS: readonly Token['kind'][] = ['open', '(', '|', ':=', '='];
const SPACE = ' \t\r\n';
const COMMENT = /\/\*([^]*?)\*\/(?:}}|(?<trims>[ \t\r\n]-}}))/y;
const CLOSE = /(?:[ \t\r\n]+-)?}}/y;
const WORD = /(?<sigil>[$.]?)(?<name>[\p{L}\p{Nd}_]*)/uy;
const NUMBER = /[+-]?\.?\d(?:[eE][+-]|[\w.])*/y;
const STRING = /"(?<escaped>(?:[^"\\\n]|\\[^\n])*)"|`(?<raw>[^`]*)`/y;
const SIGN = /:=|[|()=]/y;

/** @throws TemplateError */
export function tokenize(text: string): Token[] {
  return new Lexer(text).run();
}

class Lexer {
  private readonly tokens: Token[] = [];
  private at = 0;
  private readonly lineStarts: readonly number[];

  constructor(private readonly source: string) {
    this.lineStarts = [0, ...[...source.matchAll(/\n/g)].map((match) => match.index + 1)];
  }

  run(): Token[] {
    let trimStart = false;
    for (;;) {
      const open = this.source.indexOf(LEFT, this.at);
      const end = open === -1 ? this.source.length : open;
      const trims = open !== -1 && this.trimsLeft(open);
      this.text(this.source.slice(this.at, end), trimStart, trims);
      this.at = end;
      if (open === -1) break;
      trimStart = this.action(open, trims);
    }
    this.tokens.push({ kind: 'end of text', place: this.place(this.at), apart: true });
    return this.tokens;
  }

  /** `{{- ` removes the space before it. */
  private trimsLeft(open: number): boolean {
    const after = open + LEFT.length;
    return this.source[after] === '-' && isSpace(this.source[after + 1]);
  }

  private text(text: string, trimStart: boolean, trimEnd: boolean): void {
    const place = this.place(this.at);
    let kept = trimStart ? text.replace(/^[ \t\r\n]+/, '') : text;
    if (trimEnd) kept = withoutTrailingSpace(kept);
    if (kept !== '') this.tokens.push({ kind: 'text', text: kept, place, apart: true });
  }

  /** @returns whether the space after the action is removed */
  private action(open: number, trims: boolean): boolean {
    this.at = open + LEFT.length + (trims ? 1 : 0);
    const comment = this.commentEnd();
    if (comment !== undefined) return comment;
    this.tokens.push({ kind: 'open', place: this.place(open), apart: true });
    for (;;) {
      const place = this.place(this.at);
      const close = this.match(CLOSE)?.[0];
      if (close !== undefined) {
        this.tokens.push({ kind: 'close', place, apart: true });
        return close.length > RIGHT.length;
      }
      this.token(open);
    }
  }

  private commentEnd(): boolean | undefined {
    const start = this.afterSpace(this.at);
    if (!this.source.startsWith('/*', start)) return undefined;
    this.at = start;
    const comment = this.match(COMMENT);
    if (!comment) throw this.error(start, 'this comment has no end: expected "*/" and "}}" right behind it');
    return comment.groups?.['trims'] !== undefined;
  }

  /** Reads one token of an action, or the space before its end. */
  private token(open: number): void {
    const start = this.afterSpace(this.at);
    const before = this.tokens.at(-1)?.kind;
    const apart = start > this.at || (before !== undefined && BEGINNINGS.includes(before));
    this.at = start;
    if (start >= this.source.length) throw this.error(open, 'this action has no end: expected "}}"');
    if (this.match(CLOSE, true)) return;
    const place = this.place(start);
    this.tokens.push(
      this.sign(place, apart) ?? this.string(place, apart) ?? this.number(place, apart) ?? this.word(place, apart),
    );
  }

  private sign(place: Place, apart: boolean): Token | undefined {
    const sign = this.match(SIGN)?.[0];
    switch (sign) {
      case ':=':
      case '|':
      case '(':
      case ')':
      case '=':
        return { kind: sign, place, apart };
      default:
        return undefined;
    }
  }

  private string(place: Place, apart: boolean): Token | undefined {
    const start = this.at;
    const quote = this.source[start];
    if (quote !== '"' && quote !== '`') return undefined;
    const groups = this.match(STRING)?.groups;
    if (!groups) throw this.error(start, `this text has no end: expected another ${quote}`);
    const { escaped, raw } = groups;
    const text = escaped === undefined ? raw : unquoted(escaped);
    if (text === undefined) throw this.error(start, 'this text has an unknown escape: write \\\\ for a backslash');
    return { kind: 'string', text, place, apart };
  }

  private number(place: Place, apart: boolean): Token | undefined {
    const start = this.at;
    const text = this.match(NUMBER)?.[0];
    if (text === undefined) return undefined;
    const value = numberOf(text);
    if (value === undefined) throw this.error(start, `bad number syntax: "${text}"`);
    return { kind: 'number', value, place, apart };
  }

  private word(place: Place, apart: boolean): Token {
    const start = this.at;
    const { sigil = '', name = '' } = this.match(WORD)?.groups ?? {};
    if (sigil === '$') return { kind: 'variable', text: `$${name}`, place, apart };
    if (sigil === '.') return name === '' ? { kind: 'dot', place, apart } : { kind: 'field', text: name, place, apart };
    if (name !== '') return { kind: 'name', text: name, place, apart };
    const character = String.fromCodePoint(this.source.codePointAt(start) ?? 0);
    throw this.error(start, `unexpected ${JSON.stringify(character)}: expected a function, a value or "}}"`);
  }

  /** Matches at the lexer's position, and advances unless it only looks. */
  private match(pattern: RegExp, look = false): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.source) ?? undefined;
    if (match && !look) this.at += match[0].length;
    return match;
  }

  private afterSpace(from: number): number {
    let at = from;
    while (isSpace(this.source[at])) at++;
    return at;
  }

  private error(at: number, reason: string): TemplateError {
    return new TemplateError(this.place(at), reason);
  }

  private place(at: number): Place {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if ((this.lineStarts[middle] ?? 0) <= at) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: at - (this.lineStarts[low] ?? 0) + 1 };
  }
}

function isSpace(character: string | undefined): boolean {
  return character !== undefined && SPACE.includes(character);
}

/** A regular expression for this would be quadratic. */
function withoutTrailingSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1])) end--;
  return text.slice(0, end);
}
