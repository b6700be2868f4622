import { exitCodes } from './base/errors.ts';
import { runProgram } from './cli/program.ts';

// `tars-console list | head` closes the pipe early, and a closed terminal takes no more: that is nobody's error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  if (error.code === 'EIO') return leaveTerminal();
  throw error;
});
// Whoever listened to what is only said beside the results may have gone.
process.stderr.on('error', () => {});

const exitCode = await runProgram(process.argv.slice(2));
if (exitCode === exitCodes.hangup) leaveTerminal();
// What is still open by now (a keep-alive connection, a watch) is of no use any more.
else process.stdout.write('', () => process.exit(exitCode));

/**
 * Ends as a program without a handler does when its terminal goes. Node's own way out resets the terminal and aborts where
 * there is none any more (`ResetStdio` in `src/node.cc`).
 */
function leaveTerminal(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
