#!/usr/bin/env node
import { asCalled } from './called.js';
import { withTwoDashes } from './flags/flagger-flags.js';
import { createProgram } from './program.js';
import { runCommandLine } from './run.js';

const { name, args, epilogue } = asCalled(process.argv);
process.exitCode = await runCommandLine(createProgram(name), withTwoDashes(args));
if (epilogue !== undefined) console.log(epilogue);
