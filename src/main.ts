import { runProgram } from './cli/program.ts';

// `tars-console list | head` closes the pipe early; that is nobody's error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const exitCode = await runProgram(process.argv.slice(2));
// What is still open by now (a keep-alive connection, a watch) is of no use any more.
process.stdout.write('', () => process.exit(exitCode));
