import { Composer, isMap, isScalar, isSeq, Lexer, LineCounter, Parser, type Document } from 'yaml';
import { isDeeperThan } from './depth.js';

/** Limits on a YAML text, whoever has written it. A larger text is refused before it costs anything. */
export interface YamlBounds {
  readonly characters: number;
  /** Words and symbols; line ends and blanks count, too. The cost of parsing depends on them. */
  readonly tokens: number;
  /** Nesting of lists and maps. */
  readonly depth: number;
}

/** Why a text isn't valid YAML, in one line. */
export class YamlProblem extends Error {
  override readonly name = 'YamlProblem';
}

/** More than people write, and few enough to search the whole text for each of them. */
const MOST_ANCHORS = 100;

/**
 * Parses all documents of a YAML text in time proportional to its length. Keys must be unique, as YAML requires.
 *
 * @throws YamlProblem where it isn't YAML, or exceeds the bounds
 */
export function readYamlDocuments(text: string, bounds: YamlBounds): readonly unknown[] {
  if (text.length > bounds.characters) {
    throw new YamlProblem(`it has ${text.length} characters, more than the ${bounds.characters} that are read`);
  }
  demandFewTokens(text, bounds);
  return compose(text, bounds).map((document) => valueOf(document, bounds));
}

/**
 * As {@link readYamlDocuments}, of a text with one document; null where it is empty.
 *
 * @throws YamlProblem
 */
export function readYaml(text: string, bounds: YamlBounds): unknown {
  const [value = null, ...others] = readYamlDocuments(text, bounds);
  if (others.length > 0) throw new YamlProblem('it has several documents, there must be one');
  return value;
}

/** The lexer alone is cheap, and predicts the cost of all that follows. */
function demandFewTokens(text: string, { tokens, depth }: YamlBounds): void {
  let seen = 0;
  let open = 0;
  let anchors = 0;
  for (const token of new Lexer().lex(text)) {
    seen += 1;
    if (seen > tokens) throw new YamlProblem(`it has more than the ${tokens} words and signs that are read`);
    if (token === '[' || token === '{') open += 1;
    else if (token === ']' || token === '}') open -= 1;
    else if (token.startsWith('&') || token.startsWith('*')) anchors += 1;
    if (open > depth) throw tooDeep(depth);
    if (anchors > MOST_ANCHORS) throw new YamlProblem(`it has more than ${MOST_ANCHORS} anchors and aliases`);
  }
}

function compose(text: string, { depth }: YamlBounds): readonly Document[] {
  const lines = new LineCounter();
  const tokens = [...new Parser(lines.addNewLine).parse(text)];
  // Documents hold lists of items, which hold key and value: about three levels for each one of YAML.
  if (isDeeperThan(tokens, 4 * depth + 8)) throw tooDeep(depth);
  // The library would compare each key with every other one.
  const documents = [...new Composer({ uniqueKeys: false }).compose(tokens)];
  for (const { errors } of documents) {
    const [error] = errors;
    if (error === undefined) continue;
    const { line, col } = lines.linePos(error.pos[0]);
    throw new YamlProblem(`${firstLine(error.message)} at line ${line}, column ${col}`);
  }
  return documents;
}

function valueOf(document: Document, { depth }: YamlBounds): unknown {
  demandUniqueKeys(document);
  const value = converted(document);
  if (isDeeperThan(value, depth)) throw tooDeep(depth);
  return value;
}

function converted(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: MOST_ANCHORS }) as unknown;
  } catch (error) {
    throw new YamlProblem(firstLine(error instanceof Error ? error.message : String(error)));
  }
}

function demandUniqueKeys({ contents }: Document): void {
  const open: unknown[] = [contents];
  while (open.length > 0) {
    const node = open.pop();
    if (isSeq(node)) open.push(...node.items);
    if (!isMap(node)) continue;
    const keys = new Set<unknown>();
    for (const { key, value } of node.items) {
      open.push(key, value);
      // Several maps may be merged.
      if (!isScalar(key) || key.value === '<<') continue;
      if (keys.has(key.value)) throw new YamlProblem(`the key ${JSON.stringify(key.value)} is there twice in one map`);
      keys.add(key.value);
    }
  }
}

function tooDeep(depth: number): YamlProblem {
  return new YamlProblem(`its lists and maps are more than ${depth} deep inside each other`);
}

function firstLine(text: string): string {
  return (text.split('\n', 1)[0] ?? '').replace(/:$/, '');
}
