import { TemplateError, type Place } from './error.js';
import { tokenize, type Token } from './lexer.js';
import type { Command, Node, Operand, Pipeline } from './nodes.js';

/** Nesting of parentheses, `if` and `with`. */
const MAX_DEPTH = 100;
/** It is parsed for each metric at each check. */
const MAX_LENGTH = 32_768;
const UNSUPPORTED = ['range', 'define', 'template', 'block', 'break', 'continue'];
const ELSE_OR_END = ['else', 'end'];

/**
 * Parses a template.
 *
 * @param functions that it may call
 * @throws TemplateError
 */
export function parse(text: string, functions: ReadonlySet<string>): readonly Node[] {
  if (text.length > MAX_LENGTH) {
    throw new TemplateError({ line: 1, column: 1 }, `the template has more than ${MAX_LENGTH} characters`);
  }
  return new Parser(tokenize(text), functions).run();
}

class Parser {
  private position = 0;
  private depth = 0;
  /** Variables in scope; `$` is the template's input, which is nothing. */
  private variables: readonly string[] = ['$'];

  constructor(
    private readonly tokens: readonly Token[],
    private readonly functions: ReadonlySet<string>,
  ) {}

  run(): readonly Node[] {
    const nodes = this.list();
    const token = this.peek();
    if (token.kind === 'end of text') return nodes;
    throw this.error(token, `unexpected {{${this.keyword() ?? ''}}}: there is no {{if}} or {{with}} before it`);
  }

  /** Nodes up to the end of the text, or up to an `else` or `end`, which the caller consumes. */
  private list(): readonly Node[] {
    const nodes: Node[] = [];
    for (;;) {
      const token = this.peek();
      if (token.kind === 'end of text') return nodes;
      if (token.kind === 'text') nodes.push({ kind: 'text', text: token.text });
      else if (ELSE_OR_END.includes(this.keyword() ?? '')) return nodes;
      this.position++;
      if (token.kind === 'open') nodes.push(this.action());
    }
  }

  /** The keyword of the action that begins here. */
  private keyword(): string | undefined {
    const next = this.tokens[this.position + 1];
    return this.peek().kind === 'open' && next?.kind === 'name' ? next.text : undefined;
  }

  private action(): Node {
    const token = this.peek();
    if (token.kind === 'name') {
      if (token.text === 'if' || token.text === 'with') return this.branch(token.text);
      if (UNSUPPORTED.includes(token.text)) throw this.error(token, `{{${token.text}}} is not supported in queries`);
    }
    const pipeline = this.pipeline('{{ }}');
    this.close();
    return { kind: 'action', pipeline };
  }

  private branch(kind: 'if' | 'with'): Node {
    const opening = this.next();
    return this.nested(opening, () => {
      const outside = this.variables;
      const pipeline = this.pipeline(`{{${kind}}}`);
      this.close();
      const inside = this.variables;
      const then = this.list();
      this.variables = inside;
      const otherwise = this.otherwise(opening, kind);
      this.variables = outside;
      return { kind, pipeline, then, otherwise };
    });
  }

  private otherwise(opening: Token, kind: 'if' | 'with'): readonly Node[] {
    const keyword = this.keyword();
    if (keyword === undefined) {
      throw this.error(this.peek(), `unexpected end of the text: expected {{end}} for the ${where(kind, opening)}`);
    }
    this.position += 2;
    if (keyword === 'end') {
      this.close();
      return [];
    }
    const next = this.peek();
    if (next.kind === 'name' && next.text === kind) return [this.branch(kind)];
    this.close();
    const nodes = this.list();
    if (this.keyword() === 'else') throw this.error(this.peek(), `expected {{end}} for the ${where(kind, opening)}`);
    return [...nodes, ...this.otherwise(opening, kind)];
  }

  /** @param of what needs it, for the message where it is missing */
  private pipeline(of: string): Pipeline {
    const { place } = this.peek();
    const sets = this.setting();
    const commands: Command[] = [];
    do {
      commands.push(this.command(of, commands.length));
    } while (this.accept('|'));
    if (sets?.how === 'declare') this.variables = [...this.variables, sets.variable];
    return sets ? { place, sets, commands } : { place, commands };
  }

  private setting(): Pipeline['sets'] {
    const token = this.peek();
    const sign = this.tokens[this.position + 1]?.kind;
    if (token.kind !== 'variable' || (sign !== ':=' && sign !== '=')) return undefined;
    if (sign === '=') this.known(token);
    this.position += 2;
    return { variable: token.text, how: sign === ':=' ? 'declare' : 'assign' };
  }

  private command(of: string, stage: number): Command {
    const first = this.operand();
    if (!first) throw this.error(this.peek(), `missing value for ${of}: ${this.unexpected()}`);
    if (stage > 0 && first.kind !== 'function') {
      throw new TemplateError(first.place, 'only a function can take what comes through "|"');
    }
    const rest: Operand[] = [];
    for (let operand = this.operand(); operand; operand = this.operand()) rest.push(operand);
    if (first.kind === 'literal' && first.value === null) throw new TemplateError(first.place, 'nil is not a command');
    if (first.kind !== 'function' && rest.length > 0) {
      throw new TemplateError(first.place, "can't give arguments to what isn't a function");
    }
    return { first, rest };
  }

  /** @returns undefined where no operand begins */
  private operand(): Operand | undefined {
    const token = this.peek();
    let operand = this.term(token);
    if (!operand) return undefined;
    if (!token.apart) throw this.error(token, 'expected a space before this');
    for (let field = this.peek(); field.kind === 'field' && !field.apart; field = this.peek()) {
      if (operand.kind === 'literal') throw this.error(field, `unexpected .${field.text}: a literal has no fields`);
      this.position++;
      operand = { kind: 'field', place: field.place, of: operand, name: field.text };
    }
    return operand;
  }

  private term(token: Token): Operand | undefined {
    const { place } = token;
    switch (token.kind) {
      case 'string':
        this.position++;
        return { kind: 'literal', place, value: token.text };
      case 'number':
        this.position++;
        return { kind: 'literal', place, value: token.value };
      case 'dot':
        this.position++;
        return { kind: 'dot', place };
      case 'field':
        this.position++;
        return { kind: 'field', place, of: { kind: 'dot', place }, name: token.text };
      case 'variable':
        this.known(token);
        this.position++;
        return { kind: 'variable', place, name: token.text };
      case 'name':
        this.position++;
        return this.named(token, token.text);
      case '(':
        this.position++;
        return this.nested(token, () => this.parenthesized(place));
      default:
        return undefined;
    }
  }

  private named(token: Token, name: string): Operand {
    const { place } = token;
    if (name === 'true' || name === 'false') return { kind: 'literal', place, value: name === 'true' };
    if (name === 'nil') return { kind: 'literal', place, value: null };
    if (this.functions.has(name)) return { kind: 'function', place, name };
    throw this.error(token, `function "${name}" not defined`);
  }

  private parenthesized(place: Place): Operand {
    const pipeline = this.pipeline('( )');
    if (!this.accept(')')) throw this.error(this.peek(), `${this.unexpected()}: expected ")"`);
    return { kind: 'pipeline', place, pipeline };
  }

  private nested<T>(token: Token, read: () => T): T {
    if (++this.depth > MAX_DEPTH) throw this.error(token, `nested more than ${MAX_DEPTH} deep`);
    const result = read();
    this.depth--;
    return result;
  }

  private known(token: Token & { readonly text: string }): void {
    if (!this.variables.includes(token.text)) throw this.error(token, `undefined variable "${token.text}"`);
  }

  private close(): void {
    if (!this.accept('close')) throw this.error(this.peek(), `${this.unexpected()}: expected "}}"`);
  }

  private unexpected(): string {
    return `unexpected ${nameOf(this.peek())}`;
  }

  private accept(kind: Token['kind']): boolean {
    if (this.peek().kind !== kind) return false;
    this.position++;
    return true;
  }

  private next(): Token {
    const token = this.peek();
    this.position++;
    return token;
  }

  private peek(): Token {
    const token = this.tokens[this.position];
    if (token) return token;
    throw new Error('the tokens of a template end with the end of its text');
  }

  private error(token: Token, reason: string): TemplateError {
    return new TemplateError(token.place, reason);
  }
}

function where(kind: string, opening: Token): string {
  return `{{${kind}}} on line ${opening.place.line}`;
}

function nameOf(token: Token): string {
  switch (token.kind) {
    case 'name':
    case 'variable':
      return token.text;
    case 'field':
      return `.${token.text}`;
    case 'string':
      return JSON.stringify(token.text);
    case 'number':
      return String(token.value);
    case 'close':
      return '"}}"';
    case 'end of text':
    case 'text':
      return 'end of the text';
    case 'open':
      return '"{{"';
    case 'dot':
      return '"."';
    default:
      return JSON.stringify(token.kind);
  }
}
