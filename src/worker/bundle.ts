import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundleOption } from '@temporalio/worker';

/** Path of a ready bundle; saves a second at each start. */
const BUNDLE_VARIABLE = 'SERINUS_WORKFLOW_BUNDLE';

/** The workflows' code: a ready bundle if there is one, else built from the sources beside this file. */
export async function workflowBundle(): Promise<WorkflowBundleOption> {
  const given = process.env[BUNDLE_VARIABLE];
  if (given !== undefined) {
    if (!existsSync(given)) throw new Error(`${BUNDLE_VARIABLE}: there is no file ${given}`);
    return { codePath: given };
  }
  const built = fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url));
  return existsSync(built) ? { codePath: built } : makeBundle();
}

/** Bundles the workflows; only workflow and domain code may be in it. */
export async function makeBundle(workflowsPath = defaultPath()): Promise<{ code: string }> {
  return bundleWorkflowCode({
    workflowsPath,
    logger: new DefaultLogger('WARN'),
    // Stack traces name files and lines. The sources themselves were 1.2 of 2.7 MB, which each thread keeps in memory.
    webpackConfigHook: (config) => ({ ...config, devtool: 'inline-nosources-source-map' }),
  });
}

function defaultPath(): string {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return fileURLToPath(new URL(`../workflows/index.${extension}`, import.meta.url));
}
