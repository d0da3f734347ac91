/** `npm run demo`: real servers, Serinus, a good release and a bad one, to look at. */
import { UsageError } from '../lab/cli/usage-error.js';
import { fetchPrograms } from '../lab/lab.js';
import { runInOwnNetwork } from '../lab/network/outside.js';
import { readArguments, USAGE, type Arguments } from './cli/arguments.js';
import { interruption, Interrupted } from './cli/interruption.js';
import { runDemo } from './demo.js';
import { messageOf } from './errors.js';
import { labOptions, openPlace } from './place/open.js';
import type { Place } from './place/place.js';
import { figuresFor, type Figures } from './release/plan.js';
import type { ReleaseResult } from './release/result.js';
import { leftInCluster, whatNext } from './screen/links.js';
import { openScreen } from './screen/open.js';
import type { Screen } from './screen/screen.js';
import { span } from './screen/style.js';
import { trafficPlan } from './setup/traffic.js';
import { summaryOf, type Summary } from './summary.js';
import { orAborted } from './waiting.js';

async function main(): Promise<number> {
  const args = readArguments(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const screen = openScreen(args.json ? process.stderr : process.stdout);
  if (trafficPlan(args.provider).plane) {
    // A real data plane would send what is meant for pods out into the world.
    const options = { ...labOptions(args), progress: screen.progress };
    const code = await runInOwnNetwork(
      (line) => screen.line([span(line)]),
      () => fetchPrograms(options),
    );
    if (code !== undefined) return code;
  }
  return new Performance(args, screen, interruption()).run();
}

/** One run of the demo: what has come of it so far, and its exit code. */
class Performance {
  private readonly began = Date.now();
  private readonly figures: Figures;
  private readonly results: ReleaseResult[] = [];
  private place: Place | undefined;
  private serinus: string | null = null;
  private summary: Summary | undefined;

  constructor(
    private readonly args: Arguments,
    private readonly screen: Screen,
    private readonly signal: AbortSignal,
  ) {
    const { walkthrough, existing } = args;
    this.figures = figuresFor({ walkthrough, existingCluster: existing.cluster !== undefined });
  }

  async run(): Promise<number> {
    try {
      await this.play();
    } catch (error) {
      // Who has seen both releases has seen all; ending it then is no failure.
      if (!this.summary) return this.giveUp(error);
      if (!(error instanceof Interrupted)) this.say(messageOf(error));
    } finally {
      await this.close();
    }
    return this.summary?.ok ? 0 : 1;
  }

  private async play(): Promise<void> {
    const { args, figures, screen, signal } = this;
    const place = await orAborted(openPlace(args, screen.progress), signal);
    this.place = place;
    await runDemo({
      place,
      figures,
      screen,
      signal,
      onSerinus: (url) => (this.serinus = url),
      onResult: (result) => this.results.push(result),
      onFinale: () => this.finale(place),
    });
  }

  private async finale(place: Place): Promise<void> {
    this.conclude();
    if (this.args.once) return;
    whatNext(place, this.results).forEach((line) => this.screen.line(line));
    await new Promise(() => undefined);
  }

  private giveUp(error: unknown): number {
    this.say(messageOf(error));
    this.conclude(messageOf(error));
    return error instanceof Interrupted ? error.exitCode : 1;
  }

  private conclude(error?: string): void {
    const planned = this.figures.releases.length;
    const temporalUi = this.place?.temporal.uiUrl ?? null;
    const seconds = Math.round((Date.now() - this.began) / 1000);
    this.summary = summaryOf(this.results, { planned, seconds, error, temporalUi, serinus: this.serinus });
    if (this.args.json) process.stdout.write(`${JSON.stringify(this.summary)}\n`);
  }

  private async close(): Promise<void> {
    if (!this.place) return;
    if (this.place.isExistingCluster) this.screen.line(leftInCluster(this.place));
    await this.place.close().catch((error: unknown) => this.say(messageOf(error)));
  }

  private say(text: string): void {
    this.screen.line([span(text)]);
  }
}

async function ending(): Promise<number> {
  try {
    return await main();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

// Nothing that is still open, a server that is just being started for instance, is a reason to stay.
process.exit(await ending());
