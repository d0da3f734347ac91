import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { ArchivedRelease } from '../../../src/archive/document.js';
import { archiveOf } from '../../../src/archive/registry.js';
import { releaseIdOf } from '../../../src/domain/identity.js';
import type { RecordEntry } from '../../../src/domain/record/record.js';
import { until } from '../until.js';
import type { ReleaseScene } from './scene.js';

/**
 * The release that ended last, from the archive of this lab, when Temporal knows nothing of it any more.
 *
 * @param runId of its first run
 */
export async function archivedWithoutTemporal(
  t: TestContext,
  world: ReleaseScene,
  runId: string,
): Promise<ArchivedRelease> {
  const archive = archiveOf(process.env['SERINUS_ARCHIVE'] ?? 'none')?.open();
  assert.ok(archive, 'the lab has an archive');
  t.after(() => archive.close());
  const id = releaseIdOf(world, runId);
  await until(async () => (await archive.get(world.cluster, id)) !== undefined, 'the release is archived', 60_000);
  const { temporal } = world;
  const { workflowId } = world.run;
  await temporal.workflowService.deleteWorkflowExecution({
    namespace: temporal.options.namespace,
    workflowExecution: { workflowId, runId },
  });
  const gone = async (): Promise<boolean> => {
    try {
      await temporal.workflow.getHandle(workflowId, runId).describe();
      return false;
    } catch {
      return true;
    }
  };
  await until(gone, 'Temporal has forgotten the run', 60_000);
  return (await archive.get(world.cluster, id)) ?? assert.fail('it is in the archive');
}

/** Entries of one kind, in their order. */
export function entriesOf<What extends RecordEntry['what']>(
  { record }: ArchivedRelease,
  what: What,
): readonly Extract<RecordEntry, { what: What }>[] {
  return record.filter((entry) => entry.what === what) as unknown as readonly Extract<RecordEntry, { what: What }>[];
}
