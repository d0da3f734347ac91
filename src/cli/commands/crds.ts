import { Command } from 'commander';
import { crdYaml } from '../../crds/manifests.js';
import { addClusterFlags, type ClusterFlags } from '../flags/engine-flags.js';

/** `serinus crds`: prints the CustomResourceDefinitions, or applies them. */
export function crdsCommand(): Command {
  return addClusterFlags(new Command('crds'))
    .description('print the CustomResourceDefinitions of Canary, MetricTemplate and AlertProvider')
    .option('--apply', 'apply them to the cluster instead')
    .addHelpText(
      'after',
      '\nExamples:\n  serinus crds | kubectl apply --server-side -f -\n  serinus crds --apply --context staging\n',
    )
    .action(async (flags: ClusterFlags & { readonly apply?: boolean }) => {
      if (flags.apply === true) await apply(flags);
      else process.stdout.write(crdYaml());
    });
}

/** `serinus install crds`: applies them. */
export function installCommand(): Command {
  const crds = addClusterFlags(new Command('crds'))
    .description('apply the CustomResourceDefinitions, and wait until the API server serves them')
    .addHelpText('after', '\nExample:\n  serinus install crds --kubeconfig ~/.kube/staging\n')
    .action(apply);
  return new Command('install').description('install what the cluster needs').addCommand(crds);
}

async function apply(flags: ClusterFlags): Promise<void> {
  // Cluster clients take a while to load, which printing should not wait for.
  const [{ clusterClient }, { applyCrds }] = await Promise.all([
    import('../../kube/connect.js'),
    import('../install-crds.js'),
  ]);
  const client = clusterClient({
    ...(flags.kubeconfig === undefined ? {} : { kubeconfig: flags.kubeconfig }),
    ...(flags.context === undefined ? {} : { context: flags.context }),
  });
  for (const name of await applyCrds(client))
    console.log(`customresourcedefinition.apiextensions.k8s.io/${name} applied`);
}
