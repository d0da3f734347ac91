import { sendAlert, type Sent } from '../alerts/send.js';
import type { CommitPlace } from '../commits/port.js';
import { commitServiceFor } from '../commits/registry.js';
import { commitStateOf } from '../commits/state.js';
import { COMMIT_ANNOTATION, commitReportingOf, type CommitReporting } from '../crds/announcements.js';
import type { Canary } from '../crds/canary.js';
import type { Numbered } from '../domain/notices/outbox.js';
import { messageOf, RefusedError, TransientError, UserError } from '../errors.js';
import { workloadFor } from '../workloads/registry.js';
import type { Dependencies } from '../dependencies.js';
import type { Recipient } from './port.js';
import { readSecret } from '../canary/secrets.js';

/** The forge whose commit a Canary releases, where its annotations ask for commit statuses. */
export function commitRecipients(deps: Dependencies, canary: Canary): readonly Recipient[] {
  const reporting = commitReportingOf(canary);
  if (reporting === undefined) return [];
  return [
    {
      to: 'commit status',
      wants: ({ kind }) => kind === 'alert',
      notify: async (notice, key, signal) => {
        const sent = await reportTo(deps, canary, reporting, notice, key, signal);
        if (!sent.ok) deps.log.error({ canary: `${canary.name}.${canary.namespace}` }, `commit status: ${sent.error}`);
        return sent;
      },
    },
  ];
}

async function reportTo(
  deps: Dependencies,
  canary: Canary,
  reporting: CommitReporting | string,
  notice: Numbered,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<Sent> {
  if (notice.kind !== 'alert') return { ok: true };
  if (typeof reporting === 'string') return { ok: false, error: reporting, mayPass: false };
  try {
    const state = commitStateOf(notice.topic);
    const post = commitServiceFor(reporting.forge).status(
      { state, context: contextOf(deps, canary), description: notice.message },
      await placeOf(deps, canary, reporting),
    );
    return await sendAlert(post, { proxy: undefined, complaint: undefined, idempotencyKey, signal });
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, error: messageOf(error), mayPass: isPassing(error) };
  }
}

/** A right that is missing is given sooner or later. */
function isPassing(error: unknown): boolean {
  return error instanceof TransientError || error instanceof RefusedError;
}

function contextOf({ settings }: Dependencies, { namespace, name }: Canary): string {
  return `serinus/${settings.clusterName}/${namespace}/${name}`;
}

/** @throws UserError where the target names no commit, or the Secret is wrong */
async function placeOf(deps: Dependencies, canary: Canary, reporting: CommitReporting): Promise<CommitPlace> {
  const workload = workloadFor(deps.workloads, canary.targetRef.kind);
  // A cache that lags behind would name the previous commit.
  await workload.refresh(canary);
  const { annotations } = await workload.contents(canary);
  const commit = annotations[COMMIT_ANNOTATION]?.trim() ?? '';
  if (!/^[0-9a-f]{7,64}$/.test(commit))
    throw new UserError(`annotation ${COMMIT_ANNOTATION} of the target is "${commit}": use the commit’s full hash`);
  const secret = await readSecret(deps.cache, canary.namespace, reporting.secretName);
  const token = secret['token']?.trim() ?? '';
  if (token === '') throw new UserError(`secret "${reporting.secretName}" does not contain a token`);
  return { repository: reporting.repository, commit, token, address: secret['address']?.trim() || undefined };
}
