import { Command } from 'commander';
import type { ServeOptions } from '../../api/serve.js';
import { addApiFlags, authenticationOf, limitsOf, type ApiFlags } from '../flags/api-flags.js';
import { addArchiveFlags, archivePlan, type ArchiveFlags } from '../flags/archive-flags.js';
import type { Parts } from '../../processes/engine.js';
import { addFlaggerFlags } from '../flags/flagger-flags.js';
import { linksOf } from '../flags/link-flags.js';
import { addEngineFlags as addOwnFlags, type EngineFlags } from '../flags/engine-flags.js';
import { slackSettingsOf } from '../flags/slack-flags.js';
import { version } from '../version.js';

function addEngineFlags(command: Command): Command {
  return addFlaggerFlags(addOwnFlags(command));
}

/** `serinus worker`: carries releases out. */
export function workerCommand(): Command {
  return addArchiveFlags(addEngineFlags(new Command('worker')))
    .description('carry releases out: Temporal workflows and activities')
    .action(async (flags: EngineFlags & ArchiveFlags) =>
      run(flags, { worker: true, watch: false, archive: await archivePlan(flags, { embedded: false }) }),
    );
}

/** `serinus watcher`: watches the cluster, and is the dead-man's switch. */
export function watcherCommand(): Command {
  return addEngineFlags(new Command('watcher'))
    .description('see changes in the cluster and start releases; roll back when nobody else can')
    .addHelpText('after', WATCHER_EXAMPLES)
    .action((flags: EngineFlags) => run(flags, { worker: false, watch: true }));
}

const WATCHER_EXAMPLES = `
Examples:
  serinus watcher
  serinus watcher --mesh-provider apisix

"serinus watch" without a Canary is the same.`;

/** `serinus api`: serves people and CI. */
export function apiCommand(): Command {
  return addApiFlags(addArchiveFlags(addEngineFlags(new Command('api'))))
    .description('serve the HTTP API: look at Canaries, release, steer releases')
    .addHelpText('after', API_EXAMPLES)
    .action(async (flags: EngineFlags & ApiFlags & ArchiveFlags) =>
      run(flags, {
        worker: false,
        watch: false,
        api: served(flags, { patient: false }),
        archive: await archivePlan(flags, { embedded: false }),
      }),
    );
}

/** `serinus all`: everything in one process. */
export function allCommand(): Command {
  return addApiFlags(addArchiveFlags(addEngineFlags(new Command('all'))))
    .description('worker, watch and api in one process, for small clusters')
    .action(async (flags: EngineFlags & ApiFlags & ArchiveFlags) =>
      run(flags, {
        worker: true,
        watch: true,
        api: served(flags, { patient: true }),
        archive: await archivePlan(flags, { embedded: true }),
      }),
    );
}

const API_EXAMPLES = `
Examples:
  serinus api
  serinus api --host 0.0.0.0 --audience serinus
  serinus api --port 9000 --auth kubernetes
  serinus api --host 0.0.0.0 --external-url https://serinus.example.com \\
    --oidc-issuer-url https://login.example.com --oidc-client-id serinus --oidc-groups-claim groups`;

function served(flags: ApiFlags, { patient }: { readonly patient: boolean }): ServeOptions {
  const { host, port, trustedProxies } = flags;
  const authentication = authenticationOf(flags);
  const limits = limitsOf(flags, authentication);
  const links = linksOf(flags);
  const slack = slackSettingsOf(flags);
  return { host, port, authentication, ...limits, trustedProxies, links, slack, version: version(), patient };
}

/** Temporal's native core is only loaded by commands that need it: the others start at once. */
async function run(flags: EngineFlags, parts: Parts): Promise<void> {
  const { runEngine } = await import('../../processes/engine.js');
  await runEngine(flags, parts);
}
