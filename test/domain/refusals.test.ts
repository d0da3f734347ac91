import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FAILING, Model, PASSING, policyWith } from './model.js';

const REFUSED = "Service/podinfo-canary can't be put right: Service/podinfo-canary is refused: by a policy";

/** What can't be put right from `when` on, until `over`. */
function refusing(m: Model, when: (m: Model) => boolean, over: (m: Model) => boolean): Model {
  let begun = false;
  m.before = () => {
    if (!begun && when(m)) {
      begun = true;
      [m.leftAlone, m.refusals] = [[REFUSED], [REFUSED]];
      m.nudge();
    }
    if (begun && over(m)) [m.leftAlone, m.refusals] = [[], []];
  };
  return m;
}

function analysed(changes: Parameters<typeof policyWith>[0] = {}): Model {
  const m = new Model({ policy: policyWith(changes) });
  m.analysis = () => PASSING;
  return m;
}

describe('what can’t be put right of what is generated', () => {
  test('is said by event and condition, whatever the release writes meanwhile, and the release goes on', () => {
    const m = refusing(
      analysed(),
      ({ weights }) => weights?.canary === 20,
      () => false,
    );
    const before = m.before;
    const shown = new Set<string | undefined>();
    m.before = (model) => {
      before(model);
      // Between the looks, from the first on that has found it.
      if (m.events.includes(REFUSED)) shown.add(m.condition);
    };
    m.run();
    assert.equal(m.state.ending?.kind, 'promoted');
    assert.deepEqual([...shown], [REFUSED]);
    assert.equal(m.events.filter((event) => event === REFUSED).length, 1);
  });

  test('is said no longer when it has been, in a phase that writes nothing by itself', () => {
    const m = analysed();
    let paused = false;
    refusing(
      m,
      ({ weights, state }) => {
        if (weights?.canary !== 20) return false;
        if (!paused) m.order('pause');
        paused = true;
        return state.paused !== undefined;
      },
      () => m.condition === REFUSED,
    );
    const before = m.before;
    let said = false;
    m.before = (model) => {
      before(model);
      if (!said && m.condition === REFUSED) m.nudge();
      said ||= m.condition === REFUSED;
    };
    m.run(200);
    assert.ok(said);
    assert.ok(m.state.paused);
    assert.equal(m.condition, undefined);
  });

  test('is said before a rollback that it leads to, too', () => {
    const m = refusing(
      analysed(),
      ({ weights }) => weights?.canary === 20,
      () => false,
    );
    m.analysis = ({ weights }) => (weights?.canary === 20 ? FAILING : PASSING);
    m.run();
    assert.equal(m.state.ending?.kind, 'rolled-back');
    assert.ok(m.events.includes(REFUSED));
  });
});
