import type { Aftercare } from '../../domain/aftercare/aftercare.js';
import { evidenceAfterText, evidenceBar, evidenceRows } from '../../domain/narrative/evidence-rows.js';

/** A watch in Markdown, for people who look at the Temporal UI. */
export function aftercareDetails({ canary, revision, policy, until, record, end }: Aftercare): string {
  const last = record.findLast((entry) => entry.what === 'watch');
  const stands =
    end === undefined ? `watched until ${new Date(until).toISOString().slice(0, 19)}Z` : `${end.kind}: ${end.says}`;
  const rows = (last === undefined ? [] : evidenceRows(last.judged)).map(
    ({ metric, ratio, requests, towardsRollback }) =>
      `| ${metric} | ${ratio} | ${Math.round(requests)} | ${evidenceBar(towardsRollback)} |`,
  );
  return [
    `## ${canary.name}.${canary.namespace}, promoted — ${stands}`,
    '',
    '| | |',
    '|---|---|',
    `| revision | ${revision.hash} |`,
    `| watched for | ${policy.text} |`,
    `| if it is worse than the version before | ${policy.then === 'undo' ? 'the promotion is undone' : 'an undo is offered'} |`,
    '',
    ...(last === undefined ? [] : [`### ${evidenceAfterText(last.judged)}`, '']),
    ...(rows.length === 0
      ? []
      : ['| metric | times before the release | requests | towards a regression |', '|---|---|---|---|', ...rows]),
  ].join('\n');
}
