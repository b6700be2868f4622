import type { Output, Pipe } from '../../workloads/shell/streams.ts';

/**
 * A terminal's line discipline between a client and a program: what is typed is echoed and handed on line by line, Backspace,
 * Ctrl-C and Ctrl-D mean what they mean, and line ends go out as `\r\n`.
 */
export function createTerminal(toProgram: Pipe, toClient: Output, interrupt: () => void) {
  let line = '';
  const output: Output = {
    write: (data) =>
      toClient.write(Buffer.from(Buffer.from(data).toString('latin1').replace(/\r?\n/g, '\r\n'), 'latin1')),
  };
  const type = (sign: string) => {
    if (sign === '\r' || sign === '\n') {
      toClient.write('\r\n');
      toProgram.write(Buffer.from(`${line}\n`, 'latin1'));
      line = '';
    } else if (sign === '\x7f' || sign === '\b') {
      if (line !== '') toClient.write('\b \b');
      line = line.slice(0, -1);
    } else if (sign === '\x03') {
      toClient.write('^C\r\n');
      line = '';
      interrupt();
    } else if (sign === '\x04') {
      if (line === '') toProgram.end();
    } else if (sign >= ' ' || sign === '\t') {
      line += sign;
      toClient.write(Buffer.from(sign, 'latin1'));
    }
  };
  return {
    output,
    input(data: Buffer) {
      for (const sign of data.toString('latin1')) type(sign);
    },
  };
}
