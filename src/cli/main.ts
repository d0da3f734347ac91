#!/usr/bin/env node
import { withTwoDashes } from './flagger-flags.js';
import { createProgram } from './program.js';
import { runCommandLine } from './run.js';

process.exitCode = await runCommandLine(createProgram(), withTwoDashes(process.argv));
