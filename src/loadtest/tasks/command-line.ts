/** A command line as words, or the part of it that only a shell understands. */
export type CommandLine =
  { readonly ok: true; readonly words: readonly string[] } | { readonly ok: false; readonly problem: string };

/** Separators, redirections, subshells and substitutions, wherever they aren't quoted. */
const OPERATORS = new Set([';', '&', '|', '<', '>', '(', ')', '`', '\n', '\r']);
/** What follows a `$` that isn't meant literally. */
const EXPANDS = /[\w{([@*#?$!'"-]/;
/** What a backslash within double quotes takes the meaning of. */
const ESCAPED_IN_QUOTES = new Set(['$', '`', '"', '\\']);

class ShellSyntax extends Error {}

/**
 * Splits a command line as a POSIX shell would, with its quotes and backslashes, but executes nothing. Anything else
 * that a shell interprets (`;`, `&`, pipes, redirections, `$…`, backticks, comments, several lines) is refused, not
 * passed on literally. Only patterns (`*`, `?`, `[`) and `~` are kept as they are, since they are common in URLs, where
 * a shell seldom finds a file for them.
 */
export function splitCommand(text: string): CommandLine {
  try {
    return { ok: true, words: new Splitter(text.trim()).words() };
  } catch (error) {
    if (error instanceof ShellSyntax) return { ok: false, problem: error.message };
    throw error;
  }
}

class Splitter {
  private at = 0;

  constructor(private readonly text: string) {}

  words(): string[] {
    const words: string[] = [];
    for (this.skipBlanks(); this.at < this.text.length; this.skipBlanks()) words.push(this.word());
    return words;
  }

  private skipBlanks(): void {
    for (;;) {
      if (this.text.startsWith('\\\n', this.at)) this.at += 2;
      else if (this.peek() === ' ' || this.peek() === '\t') this.at++;
      else return;
    }
  }

  private word(): string {
    if (this.peek() === '#') throw this.syntax('a comment');
    let word = '';
    for (let char = this.peek(); char !== '' && char !== ' ' && char !== '\t'; char = this.peek()) {
      if (char === "'") word += this.singleQuoted();
      else if (char === '"') word += this.doubleQuoted();
      else if (char === '\\') word += this.escaped();
      else word += this.plain(char);
    }
    return word;
  }

  private plain(char: string): string {
    if (OPERATORS.has(char)) throw this.syntax(JSON.stringify(char));
    this.at++;
    if (char === '\0') throw this.syntax('a NUL character');
    if (char === '$' && EXPANDS.test(this.peek())) throw this.syntax('"$"', this.at - 1);
    return char;
  }

  private singleQuoted(): string {
    const end = this.text.indexOf("'", this.at + 1);
    if (end < 0) throw this.syntax('a quote that never ends');
    const quoted = this.text.slice(this.at + 1, end);
    if (quoted.includes('\0')) throw this.syntax('a NUL character');
    this.at = end + 1;
    return quoted;
  }

  private doubleQuoted(): string {
    const start = this.at++;
    let quoted = '';
    for (let char = this.peek(); char !== '"'; char = this.peek()) {
      if (char === '') throw this.syntax('a quote that never ends', start);
      if (char === '`') throw this.syntax('"`"');
      if (char === '\0') throw this.syntax('a NUL character');
      this.at++;
      const next = this.peek();
      if (char === '$' && next !== '"' && next !== "'" && EXPANDS.test(next)) throw this.syntax('"$"', this.at - 1);
      if (char === '\\' && next === '\n') this.at++;
      else if (char === '\\' && ESCAPED_IN_QUOTES.has(next)) {
        quoted += next;
        this.at++;
      } else quoted += char;
    }
    this.at++;
    return quoted;
  }

  private escaped(): string {
    const next = this.text[this.at + 1];
    if (next === undefined) throw this.syntax('a backslash at the end');
    if (next === '\0') throw this.syntax('a NUL character');
    this.at += 2;
    return next === '\n' ? '' : next;
  }

  private peek(): string {
    return this.text[this.at] ?? '';
  }

  private syntax(what: string, at = this.at): ShellSyntax {
    return new ShellSyntax(`${what} at character ${at + 1}`);
  }
}
