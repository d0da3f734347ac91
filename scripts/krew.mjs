// `node scripts/krew.mjs VERSION FOLDER URL`: prints the manifest by which krew installs `kubectl serinus`, for the archives
// serinus-OS-ARCHITECTURE.tar.gz (.zip for Windows) in a folder, which are downloaded from below the URL.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stringify } from 'yaml';

const ARCHIVE = /^serinus-(linux|darwin|windows)-(amd64|arm64)\.(?:tar\.gz|zip)$/;

/**
 * @param {string} version such as 1.2.3
 * @param {string} folder with the archives
 * @param {string} url of the folder that they are downloaded from
 * @returns {string} YAML
 * @throws {Error} where there is no archive
 */
export function krewManifest(version, folder, url) {
  const platforms = readdirSync(folder)
    .sort()
    .flatMap((name) => {
      const [, os, arch] = ARCHIVE.exec(name) ?? [];
      if (os === undefined) return [];
      return {
        selector: { matchLabels: { os, arch } },
        uri: `${url}/${name}`,
        sha256: createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
        bin: os === 'windows' ? 'serinus.exe' : 'serinus',
      };
    });
  if (platforms.length === 0) throw new Error(`${folder} has no archive such as serinus-linux-amd64.tar.gz`);
  return stringify({
    apiVersion: 'krew.googlecontainertools.github.com/v1alpha2',
    kind: 'Plugin',
    metadata: { name: 'serinus' },
    spec: {
      version: `v${version}`,
      homepage: url.replace(/\/releases\/.*/, ''),
      shortDescription: 'Watch and steer canary releases',
      description:
        'Lists Canaries (flagger.app), releases new versions, and approves, pauses, aborts and undoes releases, by the HTTP API of Serinus.',
      platforms,
    },
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [version = '', folder = '', url = ''] = process.argv.slice(2);
  process.stdout.write(krewManifest(version, folder, url));
}
