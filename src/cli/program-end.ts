import { exitCodes } from '../base/errors.ts';

/** Makes what reads the program's output free to go away: `tars-console list | head`, a terminal that is closed. */
export function tolerateClosedOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit();
    if (error.code === 'EIO') return leaveTerminal();
    throw error;
  });
  // Whoever listened to what is only said beside the results may have gone.
  process.stderr.on('error', () => {});
}

/** Ends the process once everything is written; what is still open (a keep-alive connection, a watch) is of no use any more. */
export function endProgram(exitCode: number): void {
  if (exitCode === exitCodes.hangup) leaveTerminal();
  else process.stdout.write('', () => process.exit(exitCode));
}

/**
 * Ends as a program without a handler does when its terminal goes. Node's own way out resets the terminal and aborts where
 * there is none any more (`ResetStdio` in `src/node.cc`).
 */
function leaveTerminal(): void {
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
