// `npm run judge`: Flagger's rule and the judgement by evidence side by side, by simulated releases. See docs/judgement.md.
import { parseArgs } from 'node:util';
import { readFileSync, writeFileSync } from 'node:fs';
import { bursts } from './judge/bursts.js';
import { cost } from './judge/cost.js';
import { coverage } from './judge/coverage.js';
import { POLICIES, SCENES } from './judge/scenes.js';
import { MARKS, reportOf } from './judge/report.js';
import { compare } from '../src/simulation/compare.js';

const DOCS = 'docs/judgement.md';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000' },
    coverage: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    write: { type: 'boolean', default: false },
  },
});
const [runs, covered, seed] = [values.runs, values.coverage, values.seed].map(Number);
if (!runs || !covered || !seed) throw new Error('use whole numbers above 0');

const compared = SCENES.flatMap(({ name, truth }) => {
  console.error(`${name} …`);
  return compare(POLICIES, [{ name, truth }], { runs, seed });
});
console.error('coverage …');
const besides = { coverage: coverage(covered, seed), bursts: bursts(runs, seed), cost: cost(10_000) };
const report = reportOf(compared, besides, { runs, seed });
console.log(report);
if (values.write) {
  const [before = '', rest = ''] = readFileSync(DOCS, 'utf8').split(`${MARKS.begin}\n`);
  const [, after = ''] = rest.split(MARKS.end);
  writeFileSync(DOCS, `${before}${MARKS.begin}\n\n${report}\n\n${MARKS.end}${after}`);
}
