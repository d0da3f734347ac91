/** `npm run lab`: starts a lab and keeps it until Ctrl-C. */
import { readArguments, USAGE, UsageError, type Arguments } from './cli/arguments.js';
import { banner, linkArguments } from './cli/banner.js';
import { clusterArguments, serversBeside } from './cli/existing.js';
import { labStates, statusText } from './cli/status.js';
import { fetchPrograms, startLab } from './lab.js';
import { runInOwnNetwork } from './network/outside.js';
import { startAllOfSerinus, type AllOfSerinus } from './serinus.js';
import { plainProgress, terminalProgress, type Progress } from './tools/progress.js';

/** Progress goes to standard error: standard output is for what was asked for. */
const say = (line: string) => void process.stderr.write(`${line}\n`);

async function keepLab({ dir, json, serinus, gateway, existing }: Arguments): Promise<void> {
  const started = Date.now();
  const progress = progressOn(process.stderr);
  // Until there is a lab to stop, ending at once is right: what has been started ends with us.
  const giveUp = () => process.exit(130);
  onEndingSignal(giveUp);
  const lab = await startLab({
    log: (line) => progress.line(line),
    progress,
    servers: serversBeside(existing),
    ...(dir === undefined ? {} : { directory: dir }),
    ...(gateway === undefined ? {} : { gateway }),
  });
  process.off('SIGINT', giveUp).off('SIGTERM', giveUp).off('SIGHUP', giveUp);
  // A signal may come twice, from the terminal and from the process that started us.
  onEndingSignal(() => void lab.stop());
  const state = lab.describe();
  const api = serinus
    ? await startAllOfSerinus(lab, [...clusterArguments(existing), ...linkArguments(state)])
    : undefined;
  if (api) watchSerinus(api);
  console.log(
    json ? JSON.stringify(state, null, 2) : banner(state, (Date.now() - started) / 1000, api && { url: api.url }),
  );
  await lab.stopped;
  say('the lab has stopped');
}

function progressOn(stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? terminalProgress(stream) : plainProgress(say);
}

function watchSerinus({ process: { exited, log }, url }: AllOfSerinus): void {
  say(`serinus: started, answers at ${url}, logging to ${log}`);
  void exited.then(({ code, signal }) => say(`serinus: ended (${signal ?? `exit code ${code}`}), see ${log}`));
}

function onEndingSignal(handler: () => void): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, handler);
}

async function main(): Promise<void> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) return void process.stdout.write(USAGE);
  if (!args.status) {
    const options = { servers: serversBeside(args.existing), ...(args.gateway ? { gateway: args.gateway } : {}) };
    const code = await runInOwnNetwork(say, () => fetchPrograms({ ...options, progress: progressOn(process.stderr) }));
    if (code !== undefined) process.exit(code);
    return keepLab(args);
  }
  const states = labStates();
  console.log(args.json ? JSON.stringify(states, null, 2) : statusText(states));
}

try {
  await main();
} catch (error) {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
