import { runProgram } from './cli/program.ts';
import { endProgram, tolerateClosedOutput } from './cli/program-end.ts';

tolerateClosedOutput();
endProgram(await runProgram(process.argv.slice(2)));
