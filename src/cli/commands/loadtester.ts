import { Command, InvalidArgumentError, Option } from 'commander';
import { parseGoDuration } from '../../crds/duration.js';
import { clusterName as nameOfCluster } from '../flags/cluster-name.js';
import { DEFAULT_PROGRAMS } from '../../loadtest/options.js';
import type { Logger } from '../../logging.js';
import { createLogger, LOG_LEVELS, type LogLevel } from '../../logging.js';
import { DEFAULT_SETTINGS } from '../../settings.js';
import { untilStopped } from '../../processes/lifecycle.js';
import type { GateSignals } from '../../processes/gate-signals.js';
import { addTemporalFlags, list, port, type TemporalFlags } from '../flags/engine-flags.js';
import { aborted } from '../../aborted.js';

interface Flags extends TemporalFlags {
  readonly host: string;
  readonly port: number;
  readonly timeout: number;
  readonly namespaceRegexp?: string;
  readonly allow: readonly string[];
  readonly allowShell: boolean;
  readonly tokenFile?: string;
  readonly allowedHosts: readonly string[];
  readonly passEnv: readonly string[];
  readonly stateFile?: string;
  readonly wakeReleases: boolean;
  readonly clusterName: string;
  readonly logLevel: LogLevel;
}

/** `serinus loadtester`: generates load on webhooks' requests, and keeps gates. */
export function loadTesterCommand(): Command {
  return addTemporalFlags(new Command('loadtester'))
    .description('make load when webhooks ask for it, and hold gates; answers like Flagger’s load tester')
    .addOption(new Option('--host <address>', 'where to listen').default('127.0.0.1').env('SERINUS_LOADTESTER_HOST'))
    .addOption(new Option('--port <port>').default(9090).argParser(port))
    .addOption(new Option('--timeout <duration>', 'longest run of a command').default(3600, '1h').argParser(seconds))
    .addOption(new Option('--namespace-regexp <regexp>', 'answer only for namespaces that match'))
    .addOption(
      new Option('--allow <programs>', `programs that may be run besides ${DEFAULT_PROGRAMS.join(', ')}`)
        .default([], 'none')
        .argParser(list),
    )
    .addOption(
      new Option('--allow-shell', 'run commands by a shell: whoever reaches the port runs whatever he likes').default(
        false,
      ),
    )
    .addOption(
      new Option('--token-file <path>', 'file with the token that requests must carry; needed beyond loopback').env(
        'SERINUS_LOADTESTER_TOKEN_FILE',
      ),
    )
    .addOption(
      new Option(
        '--allowed-hosts <list>',
        'names that it is called by besides addresses, localhost and, with a token, names of Services; *.DOMAIN for all below, * for any',
      )
        .default([], 'none')
        .env('SERINUS_LOADTESTER_ALLOWED_HOSTS')
        .argParser(list),
    )
    .addOption(
      new Option('--pass-env <names>', 'variables that programs get besides PATH and those that a task names')
        .default([], 'none')
        .argParser(list),
    )
    .addOption(new Option('--state-file <path>', 'file in which open gates survive a restart'))
    .addOption(
      new Option(
        '--wake-releases',
        'notify a release through Temporal when its gate is opened, so that it continues at once',
      )
        .default(false)
        .env('SERINUS_LOADTESTER_WAKE_RELEASES'),
    )
    .addOption(
      new Option('--cluster-name <name>', 'with --wake-releases: the name the cluster has in workflow ids')
        .default(DEFAULT_SETTINGS.clusterName)
        .env('SERINUS_CLUSTER_NAME')
        .argParser(nameOfCluster),
    )
    .addOption(new Option('--log-level <level>').choices([...LOG_LEVELS]).default('info'))
    .addHelpText('after', '\nExample:\n  serinus loadtester --host 0.0.0.0 --port 8080 --token-file /var/run/token')
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const log = createLogger(flags.logLevel);
  await untilStopped(log, async (signal) => {
    const { startLoadTester } = await import('../../loadtest/loadtester.js');
    const signals = flags.wakeReleases ? await signalsOf(flags, log) : undefined;
    const tester = await startLoadTester({
      host: flags.host,
      port: flags.port,
      timeoutSeconds: flags.timeout,
      allow: flags.allow,
      allowShell: flags.allowShell,
      allowedHosts: flags.allowedHosts,
      passEnv: flags.passEnv,
      log,
      ...(signals === undefined ? {} : { onGate: signals.onGate }),
      ...(flags.namespaceRegexp === undefined ? {} : { namespaceRegexp: flags.namespaceRegexp }),
      ...(flags.tokenFile === undefined ? {} : { tokenFile: flags.tokenFile }),
      ...(flags.stateFile === undefined ? {} : { stateFile: flags.stateFile }),
    });
    log.info({}, `Starting load tester on ${tester.url}`);
    await aborted(signal);
    await tester.close();
    await signals?.close();
  });
}

/** Temporal's client is loaded on demand. */
async function signalsOf(flags: Flags, log: Logger): Promise<GateSignals> {
  const { gateSignals } = await import('../../processes/gate-signals.js');
  const { clusterName, temporalAddress: address, temporalNamespace: namespace } = flags;
  return gateSignals(clusterName, { address, namespace }, log);
}

function seconds(text: string): number {
  const ms = parseGoDuration(text);
  if (ms === undefined || ms <= 0) throw new InvalidArgumentError('It must be a duration such as 30s or 1h.');
  return ms / 1000;
}
