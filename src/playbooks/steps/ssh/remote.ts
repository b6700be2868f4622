import { quoteCommand, quoteWord } from '../../../tools/shell-quote.ts';

/** Something to do on a host: the command that its login shell gets, and what goes there by stdin. */
export interface Remote {
  command: string;
  stdin: string;
}

/**
 * A script for `sh -s`, whatever the login shell is: it stands in no list of processes there. It is one group, which a shell
 * reads to its end before it begins, so that a program in it which reads its stdin does not eat the rest of the script.
 */
export function remoteScript(script: string, variables: Readonly<Record<string, string>>): Remote {
  const exports = Object.entries(variables).map(([name, value]) => `${name}=${quoteWord(value)}; export ${name}\n`);
  return { command: 'sh -s', stdin: `${exports.join('')}{\n${script}\n} </dev/null\n` };
}

/** A program with its arguments. */
export function remoteCommand(words: readonly string[], variables: Readonly<Record<string, string>>): Remote {
  return remoteScript(`exec ${quoteCommand(words)}`, variables);
}

/** The same as root. `sudo` asks nothing: where it would, it fails and says so. */
export function asRoot({ command, stdin }: Remote): Remote {
  return { command: `sudo -n ${command}`, stdin };
}

// No single quote may stand in it. Arguments: path, mode, bytes, SHA-256.
const receive = [
  'umask 077; t="$1.part.$$"; cat > "$t" || exit 1; n=$(wc -c < "$t")',
  'if [ "$n" -ne "$3" ]; then rm -f "$t"; echo "only $n of $3 bytes arrived" >&2; exit 1; fi',
  'if command -v sha256sum > /dev/null 2>&1; then case "$(sha256sum < "$t")" in "$4"*) ;; *) rm -f "$t"; echo "it arrived damaged" >&2; exit 1;; esac; fi',
  'chmod "$2" "$t" && mv -f "$t" "$1"',
].join('; ');

/** Receives a file from stdin beside its place, verifies it, and puts it there in one step. */
export function remoteReceive(to: string, mode: string, bytes: number, sha256: string): string {
  return `sh -c ${quoteWord(receive)} sh ${quoteCommand([to, mode, String(bytes), sha256])}`;
}

/** Ends with 0 where the file is there already, with this content and mode. */
export function remoteHas(to: string, mode: string, sha256: string): string {
  const words = quoteCommand([to]);
  return [
    `command -v sha256sum > /dev/null 2>&1 || exit 1`,
    `test -f ${words} || exit 1`,
    `case "$(sha256sum < ${words})" in ${sha256}*) ;; *) exit 1;; esac`,
    `test "$(stat -c %a ${words})" = ${quoteWord(mode.replace(/^0(?=\d{3})/, ''))}`,
  ].join('\n');
}
