/** The dialect of a data plane's regular expressions: RE2 in Envoy, PCRE in NGINX and APISIX. */
export type Dialect = 'RE2' | 'PCRE';

/** The largest repetition count of each dialect. */
const MOST_REPEATED: Readonly<Record<Dialect, number>> = { RE2: 1_000, PCRE: 65_535 };

/** Letters with a meaning in RE2 after a backslash. */
const RE2_LETTERS = 'aftnrvdDsSwWbBAzCQEpPx';

/** Beginnings of groups in RE2 that aren't plain ones. */
const RE2_GROUP = /^\?(?:P?<[A-Za-z_][A-Za-z0-9_]*>|[imsU]*(?:-[imsU]+)?[:)])/;

/** What follows a backslash, with its number or name. */
const CODED = /^\\(?:x(?:\{[0-9A-Fa-f]*\}|[0-9A-Fa-f]{0,2})|[0-7]{1,3}|[pP](?:\{[^}]*\}|.)|c.|[^])/;

class Unreadable extends Error {}

/**
 * Why a regular expression is invalid, without running it: a data plane refuses the whole route because of an invalid
 * one, or lets nobody in. What only some versions of a dialect accept counts as valid.
 *
 * @param dialects any of them suffices
 * @returns words that continue after "it"; undefined where it is valid
 */
export function complaintAboutPattern(text: string, dialects: readonly Dialect[]): string | undefined {
  const complaints = dialects.map((dialect) => complaintIn(text, dialect));
  return complaints.some((complaint) => complaint === undefined) ? undefined : complaints[0];
}

function complaintIn(text: string, dialect: Dialect): string | undefined {
  try {
    new Scan(text, dialect).all();
    return undefined;
  } catch (error) {
    if (error instanceof Unreadable) return error.message;
    throw error;
  }
}

/** What comes before: nothing that could be repeated, something, or something that is repeated already. */
type Before = 'nothing' | 'something' | 'repeated' | 'repeated for good';

class Scan {
  private at = 0;
  private open = 0;
  private before: Before = 'nothing';

  constructor(
    private readonly text: string,
    private readonly dialect: Dialect,
  ) {}

  all(): void {
    while (this.at < this.text.length) this.next();
    if (this.open > 0) throw new Unreadable('has a ( that is never closed');
  }

  private next(): void {
    const sign = this.text[this.at] ?? '';
    switch (sign) {
      case '\\':
        return this.escaped();
      case '[':
        return this.characters();
      case '(':
        return this.group();
      case ')':
        if (this.open === 0) throw new Unreadable('has a ) that nothing has opened');
        this.open -= 1;
        return this.step(1, 'something');
      case '|':
        return this.step(1, 'nothing');
      case '*':
      case '+':
      case '?':
        return this.repeated(sign, 1);
      case '{':
        return this.counted();
      default:
        return this.step(1, 'something');
    }
  }

  private step(length: number, before: Before): void {
    this.at += length;
    this.before = before;
  }

  private escaped(): void {
    const letter = this.text[this.at + 1];
    if (letter === undefined) throw new Unreadable('ends with a backslash');
    if (letter === 'Q') {
      const end = this.text.indexOf('\\E', this.at + 2);
      this.at = end === -1 ? this.text.length : end + 2;
      this.before = 'something';
      return;
    }
    if (this.dialect === 'RE2') this.demandKnown(letter);
    this.step(2, 'something');
  }

  private demandKnown(letter: string): void {
    if (/[1-9]/.test(letter)) throw new Unreadable(`has a \\${letter}, and RE2 knows no way back to a group`);
    if (/[A-Za-z]/.test(letter) && !RE2_LETTERS.includes(letter))
      throw new Unreadable(`has a \\${letter}, which RE2 doesn't know`);
  }

  /** `[a-z]`, with all that may stand in it. */
  private characters(): void {
    const begin = this.at;
    this.at += 1;
    if (this.text[this.at] === '^') this.at += 1;
    let last: string | undefined;
    for (let first = true; ; first = false) {
      const sign = this.text[this.at];
      if (sign === undefined) throw new Unreadable(`has a [ at ${begin + 1} that is never closed`);
      if (sign === ']' && !first) return this.step(1, 'something');
      const name = sign === '[' ? /^\[:\^?[a-z]+:\]/.exec(this.text.slice(this.at, this.at + 16)) : null;
      if (name) {
        this.at += name[0].length;
        last = undefined;
      } else if (sign === '-' && last !== undefined && this.text[this.at + 1] !== ']') {
        this.at += 1;
        const to = this.character(begin);
        if (to !== undefined && to < last)
          throw new Unreadable(`has the range ${last}-${to}, which is the wrong way round`);
        last = undefined;
      } else {
        last = this.character(begin);
      }
    }
  }

  /** @returns undefined for what isn't one plain character */
  private character(begin: number): string | undefined {
    const sign = this.text[this.at];
    if (sign === undefined) throw new Unreadable(`has a [ at ${begin + 1} that is never closed`);
    if (sign !== '\\') {
      this.at += 1;
      return sign;
    }
    const letter = this.text[this.at + 1];
    if (letter === undefined) throw new Unreadable('ends with a backslash');
    if (this.dialect === 'RE2') this.demandKnown(letter);
    const [whole = ''] = CODED.exec(this.text.slice(this.at, this.at + 40)) ?? [];
    this.at += whole.length;
    return /[A-Za-z0-9]/.test(letter) ? undefined : letter;
  }

  private group(): void {
    const rest = this.text.slice(this.at + 1, this.at + 80);
    if (this.dialect === 'RE2' && rest.startsWith('?') && !RE2_GROUP.test(rest)) {
      throw new Unreadable(`has a group that begins with (${rest.slice(0, 2)}, which RE2 doesn't know`);
    }
    if (rest.startsWith('?#')) return this.comment();
    this.open += 1;
    this.step(rest.startsWith('?') ? 2 : 1, 'nothing');
  }

  private comment(): void {
    const end = this.text.indexOf(')', this.at);
    if (end === -1) throw new Unreadable('has a comment that is never closed');
    this.at = end + 1;
  }

  private repeated(sign: string, length: number): void {
    const { before } = this;
    if (before === 'nothing') {
      // PCRE has verbs: (*UTF8).
      if (this.dialect === 'PCRE' && sign === '*' && this.text[this.at - 1] === '(')
        return this.step(length, 'something');
      throw new Unreadable(`has a ${sign} at ${this.at + 1} with nothing before it that could be repeated`);
    }
    if (before === 'something') return this.step(length, 'repeated');
    const isLazy = sign === '?' && before === 'repeated';
    const isPossessive = sign === '+' && before === 'repeated' && this.dialect === 'PCRE';
    const isTwice = sign.startsWith('{') && this.dialect === 'PCRE';
    if (isTwice) return this.step(length, 'repeated');
    if (!isLazy && !isPossessive) throw new Unreadable(`repeats at ${this.at + 1} what is repeated already`);
    this.step(length, 'repeated for good');
  }

  /** `{2,5}`; a brace with other content is an ordinary character. */
  private counted(): void {
    const found = /^\{(\d+)(?:,(\d*))?\}/.exec(this.text.slice(this.at, this.at + 24));
    if (!found) return this.step(1, 'something');
    const [all, least = '', most] = found;
    const [from, to] = [Number(least), most === undefined || most === '' ? Number(least) : Number(most)];
    if (to < from) throw new Unreadable(`repeats ${all}, which is the wrong way round`);
    if (to > MOST_REPEATED[this.dialect]) {
      throw new Unreadable(
        `repeats ${all}, more often than the ${MOST_REPEATED[this.dialect]} times that ${this.dialect} does`,
      );
    }
    this.repeated(all, all.length);
  }
}
