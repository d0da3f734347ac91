#!/usr/bin/env node
// The built command. Frequent commands are one file, which starts in a moment; everything else is loaded on demand.
import { asCalled } from './called.js';
import { clientProgram } from './client-commands.js';
import { runCommandLine } from './run.js';
import { asTyped } from './typed.js';

const { name, args } = asCalled(process.argv);
const typed = await asTyped(args);
const program = await clientProgram(name, typed);
if (program) process.exitCode = await runCommandLine(program, typed);
else await import('./main.js');
