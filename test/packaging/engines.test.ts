import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

interface Package {
  readonly version?: string;
  readonly engines?: { readonly node?: string };
}

/** Packages that say they need more than this project does, by name, each with the reason why it is used all the same. */
const EXCEPTIONS: Readonly<Record<string, string>> = {};

const read = (file: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')) as unknown;

type Version = readonly [number, number, number];

const OPERATORS: Readonly<Record<string, (order: number) => boolean>> = {
  '>=': (order) => order >= 0,
  '>': (order) => order > 0,
  '<=': (order) => order <= 0,
  '<': (order) => order < 0,
};

/** Whether a version is in a range such as `^18.18.0 || >= 20.9`. @throws Error for a form that isn't understood */
function isIn(version: Version, range: string): boolean {
  return range.split('||').some((part) => {
    const comparators = part.trim().replaceAll(/(>=|<=|>|<|\^|~)\s+/g, '$1');
    return comparators === '' || comparators.split(/\s+/).every((one) => passes(version, one));
  });
}

function passes(version: Version, comparator: string): boolean {
  if (comparator === '*' || comparator === 'x') return true;
  const [, operator = '', major, minor, patch] =
    /^(>=|<=|>|<|\^|~|=?)v?(\d+)(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?$/.exec(comparator) ??
    assert.fail(`range ${comparator}`);
  const given = [major, minor, patch]
    .filter((digits) => digits !== undefined && digits !== 'x' && digits !== '*')
    .map(Number);
  const floor: Version = [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0];
  const test = OPERATORS[operator];
  if (test) return test(compare(version, floor));
  // How many leading numbers have to be the same.
  const same = operator === '^' ? 1 : operator === '~' ? Math.min(2, given.length) : given.length;
  return version.slice(0, same).join('.') === floor.slice(0, same).join('.') && compare(version, floor) >= 0;
}

function compare(a: Version, b: Version): number {
  for (const [i, digits] of a.entries()) if (digits !== b[i]) return digits - (b[i] ?? 0);
  return 0;
}

test('ranges are read as npm reads them', () => {
  const node: Version = [20, 19, 0];
  for (const range of [
    '*',
    '>=20',
    '>= 20.19',
    '^18.18.0 || >=20.9',
    '18 || 20 || >=22',
    '20.x',
    '>=18 <21',
    '~20.19.0',
  ])
    assert.ok(isIn(node, range), range);
  for (const range of ['>=22', '>=20.19.1', '^18.0.0 || >=22.12', '18 || 22', '>=12 <20', '~20.18.0', '20.18'])
    assert.ok(!isIn(node, range), range);
  assert.throws(() => isIn(node, 'latest'));
});

test('every locked package runs on the oldest Node.js that the project supports', () => {
  const { engines } = read('package.json') as Package;
  const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines?.node ?? '') ?? assert.fail('engines of package.json');
  const oldest: Version = [Number(major), Number(minor), 0];
  const { packages } = read('package-lock.json') as { packages: Readonly<Record<string, Package>> };
  const needing = Object.entries(packages)
    .filter(([, { engines }]) => engines?.node !== undefined && !isIn(oldest, engines.node))
    .map(([path, { version, engines }]) => ({ name: path.replace(/^.*node_modules\//, ''), version, ...engines }));
  assert.deepEqual(
    needing.filter(({ name }) => !(name in EXCEPTIONS)),
    [],
    'npm ci warns of them: take a version that runs there, or override the one that is drawn in',
  );
  const names = needing.map(({ name }) => name);
  assert.deepEqual(
    Object.keys(EXCEPTIONS).filter((name) => !names.includes(name)),
    [],
    'no longer needed',
  );
});
