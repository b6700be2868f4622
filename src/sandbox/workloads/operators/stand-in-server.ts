import type { WorkloadImage } from '../image.ts';
import { text } from '../messages.ts';
import { declaredPorts, startServer } from '../server-process.ts';

const megabyte = 1024 * 1024;

/**
 * Stands in for a server of which only that it answers matters: its arguments are paths with what is answered there
 * (`/api/health={"database":"ok"}`), so that manifests say all of it. Everything else is not found, and says why.
 */
export const standInServer: WorkloadImage = {
  size: 14 * megabyte,
  start(context) {
    const answers = new Map(
      context.args.flatMap((one): [string, string][] => {
        const at = one.indexOf('=');
        return one.startsWith('/') && at > 0 ? [[one.slice(0, at), one.slice(at + 1)]] : [];
      }),
    );
    return startServer(context, {
      ports: declaredPorts(context, 8080),
      baseCores: 0.002,
      memoryBytes: () => 32 * megabyte,
      starting: [{ after: 400, line: `started ${context.container} (a stand-in that answers ${answers.size} paths)` }],
      handle({ url }, cpu) {
        cpu.work(0, 0.0005);
        const { pathname } = new URL(url, 'http://server');
        const answer = answers.get(pathname);
        if (answer === undefined) return text(404, `${pathname}: a stand-in knows nothing of that\n`);
        return text(200, answer, /^[[{"]/.test(answer) ? 'application/json' : 'text/plain; charset=utf-8');
      },
      stopping: ['stopped'],
    });
  },
};
