// The command line as a single executable: one script, without top-level await.
import { asCalled } from './called.js';
import { runCommandLine } from './run.js';
import { programFor } from './start.js';
import { asTyped } from './typed.js';

async function main(): Promise<void> {
  const { name, args, epilogue } = asCalled(process.argv);
  const typed = await asTyped(args);
  process.exitCode = await runCommandLine(await programFor(name, typed), typed);
  if (epilogue !== undefined) console.log(epilogue);
}

void main();
