import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { primaryQuery } from '../../src/kubernetes/objects/scaler-query.js';
import { redactCommand } from '../../src/loadtest/tasks/redact.js';
import { requestCounts } from '../../src/metrics/counts/sources.js';

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

interface Expressions {
  readonly literals: readonly Expression[];
  /** Files that put expressions together. */
  readonly made: readonly string[];
}

function expressionsIn(folder: string): Expressions {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const literals: Expression[] = [];
  const made: string[] = [];
  for (const name of names) {
    const path = join(folder, name);
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.ES2022, true);
    const visit = (node: ts.Node): void => {
      if (ts.isRegularExpressionLiteral(node)) {
        const line = source.getLineAndCharacterOfPosition(node.getStart()).line + 1;
        literals.push({ place: `${path}:${line} ${node.text}`, literal: node.text, expression: compiled(node.text) });
      }
      const isCall = ts.isNewExpression(node) || ts.isCallExpression(node);
      if (isCall && node.expression.getText() === 'RegExp') made.push(path);
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return { literals, made };
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

/** A longer text only where the shorter took its time: what is slow is found before it takes minutes. */
const LENGTHS = [1_000, 4_000, 16_000];
const LONGEST = 16_000;
const TRIES = 3;

/** What this machine takes for an expression that is slow beyond doubt: all other times are compared with it. */
const YARDSTICK = leastCost(/secret\w*[:=]/, textOf('', 'secret', LONGEST));
/** What is linear takes less than a hundredth of the yardstick, what is quadratic in a word of twelve letters half of it. */
const MOST = YARDSTICK / 10;

/** Less than a tenth of what a quadratic one takes for so long a text. */
function noTime(length: number): number {
  return (YARDSTICK / 20) * (length / LONGEST) ** 2;
}

function textOf(before: string, repeated: string, length: number): string {
  return `${before}${repeated.repeat(Math.ceil(length / repeated.length))}\u0001`;
}

/** The shortest time of some: the first compiles the expression, and any may collect what others have left. */
function leastCost(expression: RegExp, text: string, enough = 0): number {
  let least = Infinity;
  for (let tries = 0; tries < TRIES && least > enough; tries += 1) least = Math.min(least, cost(expression, text));
  return least;
}

function isSlowAt(expression: RegExp, before: string, repeated: string): boolean {
  return LENGTHS.every((length) => {
    const enough = length === LONGEST ? MOST : noTime(length);
    return leastCost(expression, textOf(before, repeated, length), enough) > enough;
  });
}

function worstOf(expression: RegExp): string | undefined {
  const worst = attacksOn(expression).find(({ before, repeated }) => isSlowAt(expression, before, repeated));
  return worst && `${JSON.stringify(worst.before)} and then many ${JSON.stringify(worst.repeated)}`;
}

test('a quadratic expression is found', () => {
  assert.notEqual(worstOf(/\s+$/), undefined);
  assert.notEqual(worstOf(/password\w*[:=]/), undefined);
  assert.equal(worstOf(/^\s+/), undefined);
});

test('no regular expression takes longer than its text is long', () => {
  const all = expressionsIn('src').literals;
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

/** Expressions that are put together: what of them comes from whom, and what keeps it harmless. */
const MADE: Readonly<Record<string, string>> = {
  'src/check/live/counterpart.ts': 'of constants alone',
  'src/cli/client/live/width.ts': 'of constants alone',
  'src/kubernetes/objects/scaler-query.ts': 'of names, escaped; tried below',
  'src/loadtest/options.ts': 'by whoever runs the load tester; it reads 63 characters at most',
  'src/loadtest/tasks/redact.ts': 'of constants alone; tried below',
  'src/metrics/counts/sources.ts': 'of names, escaped; tried below',
  'src/workloads/shared/autoscalers.ts': 'of constants alone',
};

test('nobody outside writes an expression that is run here', () => {
  assert.deepEqual([...new Set(expressionsIn('src').made)].sort(), Object.keys(MADE));
});

test('names are read as they are spelt, and in no time', async () => {
  const hostile = '(a+)+(';
  const names = { namespace: hostile, target: hostile, primary: 'b' };
  assert.equal(primaryQuery(`x{pod="${hostile}"}`, names), 'x{pod="b"}');
  const ours = {
    name: hostile,
    namespace: hostile,
    target: hostile,
    service: hostile,
    ingress: hostile,
    route: hostile,
  };
  const query = await requestCounts(
    'istio',
    { ...ours, interval: '', variables: {} },
    { canary: () => Promise.resolve([]) },
  );
  assert.equal(query?.sideOf({ destination_workload: hostile }), 'canary');
  assert.equal(query?.sideOf({ destination_workload: `${'a'.repeat(LONGEST)}(` }), undefined);
  assert.equal(redactCommand(`curl ${'-H '.repeat(LONGEST)}`).length < LONGEST, true);
});
