#!/usr/bin/env node
import { createProgram } from './program.js';
import { runCommandLine } from './run.js';

process.exitCode = await runCommandLine(createProgram(), process.argv);
