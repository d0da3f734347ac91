import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';

/**
 * The texts that regular expressions read are users', or their servers': one that takes a time which grows with the
 * square of the text's length, or faster, lets one tenant stop everybody's releases. Each expression in the sources is
 * tried on texts that such expressions are slow at.
 */

interface Expression {
  readonly place: string;
  readonly literal: string;
  readonly expression: RegExp;
}

function expressionsIn(folder: string): readonly Expression[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  return names.flatMap((name) => {
    const path = join(folder, name);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
    const found: Expression[] = [];
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        found.push({ place: `${path}:${line} ${node.text}`, literal: node.text, expression: compiled(node.text) });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
    return found;
  });
}

function compiled(literal: string): RegExp {
  const end = literal.lastIndexOf('/');
  return new RegExp(literal.slice(1, end), literal.slice(end + 1));
}

/** Expressions that nobody gives a long text, and why. */
const GUARDED: Readonly<Record<string, string>> = {
  '/0+$/': 'nine digits of a fraction',
  '/([a-z][a-z0-9+.-]*:\\/\\/)[^\\s\'"/@]*@/gi': 'a command line is cut before it is looked through',
  '/([a-z][a-z0-9+.-]*:\\/\\/[^\\s\'"?#]*)\\?[^\\s\'"]*/gi': 'the same',
};

/** What many expressions repeat; each expression's own words come on top. */
const REPEATED = [
  ...'aA0-/. \n"\'\\{}<(:;=,+%$_#*!',
  'a0',
  'a ',
  'a.',
  'a-',
  '"\\',
  '{{',
  '}}',
  '=a',
  '%20',
  '--',
  '//',
  '\r\n',
];

function attacksOn({ source }: RegExp): readonly { readonly before: string; readonly repeated: string }[] {
  const words = [...source.matchAll(/[A-Za-z0-9_<"{]{2,12}/g)].map(([word]) => word).slice(0, 8);
  const befores = ['', ...words.slice(0, 3)];
  return [...REPEATED, ...words].flatMap((repeated) => befores.map((before) => ({ before, repeated })));
}

/** Milliseconds of the processor: what others do beside doesn't count. */
function cost(expression: RegExp, text: string): number {
  const before = process.cpuUsage();
  if (expression.global || expression.sticky) text.replace(expression, '');
  else expression.test(text);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** Each four times as long as the one before: what is slow is found before it takes minutes. */
const LENGTHS = [500, 2_000, 8_000, 32_000];
/** Of the longest: what is linear takes less than one, what is quadratic a hundred and more. */
const MOST_MS = 60;
/** Of the shortest: most expressions are done with it in no time, and need no second look. */
const NO_TIME_MS = 0.05;

function worstOf(expression: RegExp): string | undefined {
  for (const { before, repeated } of attacksOn(expression)) {
    const text = (length: number): string => `${before}${repeated.repeat(Math.ceil(length / repeated.length))}\u0001`;
    for (const length of LENGTHS) {
      const attack = text(length);
      const took = cost(expression, attack);
      if (took < NO_TIME_MS) break;
      // A second and a third time: the first compiles it, and collects what others have left.
      const isSlow = took > MOST_MS && [1, 2].every(() => cost(expression, attack) > MOST_MS);
      if (isSlow) return `${JSON.stringify(before)} and then many ${JSON.stringify(repeated)}`;
    }
  }
  return undefined;
}

test('a quadratic expression is found', () => {
  assert.notEqual(worstOf(/\s+$/), undefined);
  assert.notEqual(worstOf(/secret\w*[:=]/), undefined);
  assert.equal(worstOf(/^\s+/), undefined);
});

test('no regular expression takes longer than its text is long', () => {
  const all = expressionsIn('src');
  assert.ok(all.length > 150);
  for (const guarded of Object.keys(GUARDED))
    assert.ok(
      all.some(({ literal }) => literal === guarded),
      guarded,
    );
  const slow = all.flatMap(({ place, literal, expression }) => {
    if (literal in GUARDED) return [];
    const worst = worstOf(expression);
    return worst === undefined ? [] : [`${place}: ${worst}`];
  });
  assert.deepEqual(slow, []);
});
