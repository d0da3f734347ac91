#!/usr/bin/env node
import { asCalled } from './called.js';
import { withTwoDashes } from './flags/flagger-flags.js';
import { runCommandLine } from './run.js';
import { programFor } from './start.js';

const { name, args, epilogue } = asCalled(process.argv);
const typed = withTwoDashes(args);
process.exitCode = await runCommandLine(await programFor(name, typed), typed);
if (epilogue !== undefined) console.log(epilogue);
