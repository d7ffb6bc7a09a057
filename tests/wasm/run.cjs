// Runs one emcc-built test program under node: node run.cjs PROGRAM.js ARGUMENT...
'use strict';
const path = require('node:path');

// The glue of emscripten 3.1.6 takes node for a browser when it finds fetch().
delete globalThis.fetch;

// emscripten does not pass the environment on, so GoogleTest's two settings travel as arguments.
const program = path.resolve(process.argv[2]);
const rest = process.argv.slice(3);
if (process.env.GTEST_FILTER) rest.push(`--gtest_filter=${process.env.GTEST_FILTER}`);
process.argv = [process.argv[0], program, ...rest];
require(program);
