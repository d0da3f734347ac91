import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { FairClock } from '../../src/watch/fair-clock.js';
import { PulseMeter } from '../../src/watch/pulse.js';

/** A Temporal that answers when it is told to. */
class Patient {
  now = 0;
  connected = true;
  asked = 0;
  private readonly waiting: ((polls: string | Error) => void)[] = [];
  readonly meter = new PulseMeter(
    {
      isConnected: () => this.connected,
      ask: () =>
        new Promise((resolve, reject) => {
          this.asked += 1;
          this.waiting.push((polls) => (polls instanceof Error ? reject(polls) : resolve(polls)));
        }),
    },
    () => this.now,
  );

  async answer(polls: string | Error): Promise<void> {
    for (const one of this.waiting.splice(0)) one(polls);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Asks every second. */
  pass(seconds: number): ReturnType<PulseMeter['read']> {
    for (let i = 0; i < seconds; i += 1) {
      this.now += 1_000;
      this.meter.read();
    }
    return this.meter.read();
  }
}

describe('the pulse of Temporal', () => {
  test('is one question at a time, and none before two seconds are over', async () => {
    const patient = new Patient();
    for (let i = 0; i < 500; i += 1) patient.meter.read();
    assert.equal(patient.asked, 1);
    patient.pass(10);
    assert.equal(patient.asked, 1, 'the first one has not been answered');
    await patient.answer('a 1');
    patient.now += 1_000;
    for (let i = 0; i < 500; i += 1) patient.meter.read();
    assert.equal(patient.asked, 2);
  });

  test('says nothing before the first answer', async () => {
    const patient = new Patient();
    assert.equal(patient.pass(2), undefined);
    await patient.answer('a 1');
    assert.equal(patient.meter.read()?.temporal, 'answers');
  });

  test('a slow answer is late, and no answer for half a minute is an outage', async () => {
    const patient = new Patient();
    patient.meter.read();
    assert.equal(patient.pass(4)?.temporal, 'late');
    await patient.answer('a 1');
    assert.equal(patient.meter.read()?.temporal, 'late', 'it has taken four seconds');
    await patient.answer('a 1');
    assert.equal(patient.pass(2)?.temporal, 'answers');
    await patient.answer(new Error('deadline'));
    assert.equal(patient.pass(29)?.temporal, 'late');
    assert.equal(patient.pass(4)?.temporal, 'gone');
  });

  test('a missing connection is an outage after six seconds, whatever is asked', async () => {
    const patient = new Patient();
    patient.meter.read();
    await patient.answer('a 1');
    patient.connected = false;
    assert.equal(patient.pass(5)?.temporal, 'late');
    assert.equal(patient.pass(2)?.temporal, 'gone');
    patient.connected = true;
    await patient.answer('a 1');
    patient.meter.read();
    await patient.answer('a 1');
    assert.equal(patient.meter.read()?.temporal, 'answers');
  });

  test('workers are heard of when they ask for work, not by what they asked long ago', async () => {
    const patient = new Patient();
    patient.meter.read();
    await patient.answer('a 1');
    assert.equal(patient.meter.read()?.workersSeenAgoMs, Infinity);
    patient.pass(3);
    await patient.answer('a 1');
    assert.equal(patient.meter.read()?.workersSeenAgoMs, Infinity);
    patient.pass(3);
    await patient.answer('a 2');
    assert.equal(patient.meter.read()?.workersSeenAgoMs, 0);
    assert.equal(patient.pass(7)?.workersSeenAgoMs, 7_000);
    patient.meter.seen();
    assert.equal(patient.meter.read()?.workersSeenAgoMs, 0);
  });

  test('what was heard before a pause says nothing after it', async () => {
    const patient = new Patient();
    patient.meter.read();
    await patient.answer('a 1');
    patient.now += 31_000;
    assert.equal(patient.meter.read(), undefined);
  });
});

test('what a process has missed itself is nobody’s silence', () => {
  let at = 0;
  const clock = new FairClock(2_000, () => at);
  clock.now();
  at += 1_500;
  assert.equal(clock.now(), 1_500);
  // Frozen for a minute.
  at += 60_000;
  assert.equal(clock.now(), 3_500);
  at += 500;
  assert.equal(clock.now(), 4_000);
});
