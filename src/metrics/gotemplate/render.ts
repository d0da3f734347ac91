import { BUILTINS } from './builtins.js';
import { TemplateError } from './error.js';
import { Misuse } from './misuse.js';
import type { Command, Node, Operand, Pipeline } from './nodes.js';
import { isMap, isTrue, printed, typeName, type Value } from './values.js';

/** Functions without arguments, by name: the inputs of a template. */
export type Constants = Readonly<Record<string, Value>>;

/** Longer than any query: the text of a template that doubles itself stops here. */
const MAX_LENGTH = 100_000;
/** Of all texts created while rendering. */
const MAX_MADE = 1_000_000;

/** @throws TemplateError */
export function evaluate(nodes: readonly Node[], constants: Constants): string {
  return new Renderer(constants).nodes(nodes, null);
}

interface Variable {
  readonly name: string;
  value: Value;
}

class Renderer {
  /** Characters of all texts so far, including discarded ones. */
  private made = 0;
  private variables: Variable[] = [{ name: '$', value: null }];

  constructor(private readonly constants: Constants) {}

  nodes(nodes: readonly Node[], dot: Value): string {
    let text = '';
    for (const node of nodes) {
      text += this.node(node, dot);
      if (node.kind !== 'text' && text.length > MAX_LENGTH) this.limited(text, node.pipeline);
    }
    return text;
  }

  private node(node: Node, dot: Value): string {
    if (node.kind === 'text') return node.text;
    if (node.kind === 'action') {
      const value = this.pipeline(node.pipeline, dot);
      if (node.pipeline.sets) return '';
      return value === null ? '<no value>' : printed(value);
    }
    const outside = this.variables.length;
    const value = this.pipeline(node.pipeline, dot);
    const text = isTrue(value)
      ? this.nodes(node.then, node.kind === 'with' ? value : dot)
      : this.nodes(node.otherwise, dot);
    this.variables.length = outside;
    return text;
  }

  private pipeline({ commands, sets }: Pipeline, dot: Value): Value {
    let value: Value | undefined;
    for (const command of commands) value = this.command(command, dot, value);
    const result = value ?? null;
    if (sets?.how === 'declare') this.variables.push({ name: sets.variable, value: result });
    if (sets?.how === 'assign') this.variable(sets.variable).value = result;
    return result;
  }

  /** @param last the value from the pipe; undefined in its first stage */
  private command({ first, rest }: Command, dot: Value, last: Value | undefined): Value {
    if (first.kind !== 'function') return this.operand(first, dot);
    return this.call(first, dot, rest, last);
  }

  private operand(operand: Operand, dot: Value): Value {
    switch (operand.kind) {
      case 'literal':
        return operand.value;
      case 'dot':
        return dot;
      case 'variable':
        return this.variable(operand.name).value;
      case 'function':
        return this.call(operand, dot, [], undefined);
      case 'pipeline':
        return this.pipeline(operand.pipeline, dot);
      case 'field':
        return this.field(operand, dot);
    }
  }

  private call(
    { name, place }: Operand & { readonly kind: 'function' },
    dot: Value,
    operands: readonly Operand[],
    last: Value | undefined,
  ): Value {
    const count = operands.length + (last === undefined ? 0 : 1);
    const fits = (least: number, most: number) => {
      if (count >= least && count <= most) return;
      const want = least === most ? least : `at least ${least}`;
      throw new TemplateError(place, `wrong number of arguments for ${name}: want ${want}, got ${count}`);
    };
    const constant = this.constant(name);
    if (constant !== undefined) {
      fits(0, 0);
      return constant;
    }
    if (name === 'and' || name === 'or') {
      fits(1, Infinity);
      return this.firstThatDecides(name, dot, operands, last);
    }
    const builtin = Object.hasOwn(BUILTINS, name) ? BUILTINS[name] : undefined;
    if (!builtin) throw new TemplateError(place, `function "${name}" not defined`);
    fits(builtin.least, builtin.most);
    const args = operands.map((operand) => this.operand(operand, dot));
    if (last !== undefined) args.push(last);
    try {
      return this.limited(builtin.call(args), { place });
    } catch (error) {
      if (error instanceof Misuse) throw new TemplateError(place, `${name}: ${error.message}`);
      throw error;
    }
  }

  private constant(name: string): Value | undefined {
    return Object.hasOwn(this.constants, name) ? this.constants[name] : undefined;
  }

  /** `and` stops at the first false value, `or` at the first true one; the rest isn't evaluated. */
  private firstThatDecides(
    name: 'and' | 'or',
    dot: Value,
    operands: readonly Operand[],
    last: Value | undefined,
  ): Value {
    let value: Value = null;
    for (const operand of operands) {
      value = this.operand(operand, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return last === undefined ? value : last;
  }

  private field({ of, name, place }: Operand & { readonly kind: 'field' }, dot: Value): Value {
    const holder = this.operand(of, dot);
    if (isMap(holder)) {
      const value = holder.get(name);
      if (value === undefined) throw new TemplateError(place, `map has no entry for key "${name}"`);
      return value;
    }
    if (holder !== null) throw new TemplateError(place, `can't evaluate field ${name} in type ${typeName(holder)}`);
    const hint = Object.hasOwn(this.constants, name) ? `: write {{ ${name} }} without the dot` : '';
    throw new TemplateError(place, `nil data; no entry for key "${name}"${hint}`);
  }

  private variable(name: string): Variable {
    const variable = this.variables.findLast((candidate) => candidate.name === name);
    if (variable) return variable;
    throw new Error(`the parser has let the undefined variable ${name} pass`);
  }

  private limited<T extends Value>(value: T, { place }: Pick<Pipeline, 'place'>): T {
    if (typeof value !== 'string') return value;
    this.made += value.length;
    if (value.length > MAX_LENGTH) throw new TemplateError(place, `the text grows beyond ${MAX_LENGTH} characters`);
    if (this.made <= MAX_MADE) return value;
    throw new TemplateError(place, `all texts together grow beyond ${MAX_MADE} characters`);
  }
}
