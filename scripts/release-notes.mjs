// `node scripts/release-notes.mjs VERSION`: prints what the CHANGELOG says of a version. Fails where the version isn't
// described there, or package.json or the chart name another one: a tag releases what it says.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';

/**
 * @param {string} version such as 1.2.3
 * @param {{ changelog: string, package: string, chart: string }} texts of CHANGELOG.md, package.json and Chart.yaml
 * @returns {string} the section of the CHANGELOG
 * @throws {Error} where one of them names another version
 */
export function releaseNotes(version, texts) {
  const chart = parse(texts.chart);
  const named = {
    'package.json': JSON.parse(texts.package).version,
    'deploy/chart/Chart.yaml, version': chart.version,
    'deploy/chart/Chart.yaml, appVersion': String(chart.appVersion),
  };
  for (const [where, found] of Object.entries(named))
    if (found !== version) throw new Error(`${where} is ${found}, and the tag is ${version}: set it to ${version}`);
  const section = texts.changelog
    .split(/^## /m)
    .find((part) => part.startsWith(`${version} `) || part.startsWith(`${version}\n`));
  if (section === undefined) throw new Error(`CHANGELOG.md has no heading "## ${version}": write what has changed`);
  return section.slice(section.indexOf('\n')).trim();
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const read = (path) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8');
  const texts = {
    changelog: read('CHANGELOG.md'),
    package: read('package.json'),
    chart: read('deploy/chart/Chart.yaml'),
  };
  try {
    console.log(releaseNotes(process.argv[2] ?? '', texts));
  } catch (error) {
    console.error(`release: ${error.message}`);
    process.exitCode = 1;
  }
}
