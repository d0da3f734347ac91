import { Argument, Command } from 'commander';
import { complete } from '../completion/complete.js';
import { completionScript, SHELLS, type Shell } from '../completion/scripts.js';

const EXAMPLES = `
Examples:
  source <(serinus completion bash)                                      # bash, now
  serinus completion bash > ~/.local/share/bash-completion/completions/serinus
  serinus completion zsh > "\${fpath[1]}/_serinus"
  serinus completion fish > ~/.config/fish/completions/serinus.fish

Names of Canaries, namespaces and releases come from the server that SERINUS_SERVER or --server names.`;

/** `serinus completion`: the script for a shell's completion. */
export function completionCommand(): Command {
  return new Command('completion')
    .description('print the script by which a shell completes commands, flags and names')
    .addArgument(new Argument('<shell>').choices([...SHELLS]))
    .addHelpText('after', EXAMPLES)
    .action((shell: Shell) => void process.stdout.write(completionScript(shell)));
}

/** Called by the script. It prints only the possible words, a line each. */
export function completeCommand(program: () => Command): Command {
  return new Command('__complete')
    .description('print what could be typed, for the scripts of "serinus completion"')
    .argument('[word...]')
    .allowUnknownOption()
    .addHelpText('after', '\nExample:\n  serinus __complete -- approve -n test ""')
    .action(async (words: readonly string[]) => {
      const { liveFrom } = await import('../completion/live.js');
      for (const candidate of await complete(program(), words, liveFrom)) console.log(candidate);
    });
}
