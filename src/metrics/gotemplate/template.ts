import { BUILTINS } from './builtins.js';
import { parse } from './parser.js';
import { evaluate, type Constants } from './render.js';

export { TemplateError } from './error.js';
export type { Constants } from './render.js';

/**
 * The part of Go's `text/template` that queries are written with: actions and their trim markers, comments, functions
 * called without a dot, `{{ variables.key }}`, pipelines, parentheses, literals, `$variables`, `if`, `else if`, `else`,
 * `with`, `end`, and the functions `and eq ge gt index le len lt ne not or print printf println`. Nothing else is ever
 * executed. There is no `range`, so rendering always ends.
 *
 * @example
 * parseTemplate('up{app="{{ target }}"}', ['target']).render({ target: 'podinfo' }) // up{app="podinfo"}
 */
export interface Template {
  /**
   * @param constants a value for each function that the template was parsed with
   * @throws TemplateError for errors that depend on values: an unknown key, values that can't be compared
   */
  render(constants: Constants): string;
}

/**
 * @param functions names of the functions without arguments that it may call
 * @throws TemplateError where it can't be parsed, or calls an unknown function
 */
export function parseTemplate(text: string, functions: Iterable<string>): Template {
  const nodes = parse(text, new Set([...Object.keys(BUILTINS), 'and', 'or', ...functions]));
  return { render: (constants) => evaluate(nodes, constants) };
}
