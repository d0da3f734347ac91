import {
  continueAsNew,
  ParentClosePolicy,
  setCurrentDetails,
  setHandler,
  sleep,
  startChild,
  workflowInfo,
} from '@temporalio/workflow';
import { afterLook, notUndone, type Aftercare, type Announcement } from '../domain/aftercare/aftercare.js';
import type { Outcome } from '../domain/record/outcome.js';
import { archive } from './archive.js';
import { overseer } from './activity-proxies.js';
import { aftercareIdOf, aftercareQuery, archiveIdOf, type AftercareInput } from './contract.js';
import { detach } from './outbox/detach.js';
import { OutboxDispatcher } from './outbox/outbox-dispatcher.js';
import { aftercareDetails } from './shown/aftercare.js';

/**
 * Watches a version after its promotion. The release has ended, and nothing waits for this workflow: the next release
 * ends it, and an undo by anybody is a run of its own as usual. It writes only an Event and the condition's reason.
 */
export async function aftercare(input: AftercareInput): Promise<Aftercare> {
  let state = input.aftercare;
  setHandler(aftercareQuery, () => state, { description: 'What has been seen since the promotion.' });
  const { canary, release, revision } = state;
  const mail = new OutboxDispatcher(canary, `${release}.after`, input.outbox);
  const say = async ({ type, message, marked, notices }: Announcement): Promise<void> => {
    const at = Date.now();
    const said = { canary, revision: revision.hash, type, message, at, ...(marked ? { marked } : {}) };
    await overseer(message).announce(said);
    mail.post(notices);
  };
  while (state.end === undefined) {
    setCurrentDetails(aftercareDetails(state));
    const wait = state.nextAt - Date.now();
    if (wait > 0) await sleep(wait, { summary: 'next look at what was promoted' });
    if (workflowInfo().continueAsNewSuggested && !mail.isDelivering)
      await continueAsNew<typeof aftercare>({ ...input, aftercare: state, outbox: mail.rest });
    const { began, until, since, ofRelease, memory } = state;
    const seen = await overseer('look at what was promoted').oversee({
      ...{ canary, revision: revision.hash, began, until, since },
      ...(ofRelease ? { ofRelease } : {}),
      ...(memory ? { memory } : {}),
    });
    const decided = afterLook(state, seen, Date.now());
    state = decided.next;
    if (decided.say) await say(decided.say);
    if (decided.say?.undo === undefined) continue;
    const requestId = `${release}.regressed`;
    const order = { canary, revision: revision.hash, release, reason: decided.say.undo, requestId };
    const { refused } = await overseer('undo the promotion').undo(order);
    if (refused === undefined) continue;
    const stays = notUndone(state, refused, Date.now());
    state = stays.next;
    await say(stays.say);
  }
  setCurrentDetails(aftercareDetails(state));
  const lost = await detach(canary, mail, () => false);
  state = { ...state, record: [...state.record, ...lost] };
  await archived(input, state);
  return state;
}

/** Starts a workflow that watches a promoted version. @returns its id */
export async function startAftercare(input: AftercareInput): Promise<string> {
  const { canary, release, policy } = input.aftercare;
  const workflowId = aftercareIdOf(canary.cluster, release);
  await startChild(aftercare, {
    workflowId,
    args: [input],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `${canary.name}.${canary.namespace}: watch for ${policy.text} what was promoted`,
  });
  return workflowId;
}

/** The release again, with what has been seen since it ended. */
async function archived({ ended, after }: AftercareInput, { canary, release, record }: Aftercare): Promise<void> {
  if (!ended) return;
  const whole: Outcome = { ...ended, record: [...ended.record, ...record] };
  await startChild(archive, {
    workflowId: archiveIdOf(canary.cluster, release, 'watched'),
    args: [{ canary, release, part: 'end', ended: whole, after }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `archive what was seen after the promotion of ${release}`,
  });
}
