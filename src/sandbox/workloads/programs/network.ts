import { absolute } from '../files/entries.ts';
import type { WorkloadResponse } from '../messages.ts';
import { readLine } from '../shell/streams.ts';
import type { Call, Program } from '../system.ts';
import { splitOptions } from './options.ts';

interface Target {
  host: string;
  port: number;
  path: string;
  text: string;
}

function targetOf(text: string): Target | undefined {
  try {
    const url = new URL(/^\w+:\/\//.test(text) ? text : `http://${text}`);
    const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
    return { host: url.hostname, port, path: `${url.pathname}${url.search}`, text: url.href };
  } catch {
    return undefined;
  }
}

type Asked = WorkloadResponse | 'unknown host' | 'refused' | 'late';

/** One request inside the cluster. Nothing leads out of it. */
async function ask(
  call: Call,
  target: Target,
  request: { method: string; headers: Record<string, string>; body: string; timeoutMs?: number },
): Promise<Asked> {
  const { system } = call;
  if (system.resolve(target.host).length === 0) return 'unknown host';
  const peer = system.dial(target.host, target.port);
  if (!peer) return 'refused';
  const headers = { host: target.host, ...request.headers };
  const remoteAddress = system.resolve(system.hostname)[0] ?? '';
  const { promise: late, cancel } = timer(call, request.timeoutMs);
  const sent = { method: request.method, url: target.path, headers, body: request.body, remoteAddress };
  return Promise.race([peer.request(sent).catch(() => 'refused' as const), late]).finally(cancel);
}

function timer(call: Call, ms = 300_000) {
  let resolve: (late: 'late') => void = () => {};
  const promise = new Promise<'late'>((tell) => {
    resolve = tell;
  });
  return { promise, cancel: call.system.clock.later(ms, () => resolve('late')) };
}

const curlValued = new Set([
  '-X',
  '--request',
  '-H',
  '--header',
  '-d',
  '--data',
  '--data-raw',
  '-o',
  '--output',
  '-m',
  '--max-time',
  '--connect-timeout',
  '-w',
  '--write-out',
  '-u',
  '--user',
  '-A',
  '--retry',
  '--retry-delay',
  '--cacert',
  '-b',
  '-c',
]);

const curl: Program = async (call) => {
  const { names, all, has, one } = splitOptions(call.args, curlValued);
  const target = targetOf(names[0] ?? '');
  const silent = has('-s', '--silent') && !has('-S', '--show-error');
  const complain = (code: number, message: string) => {
    if (!silent) call.stderr.write(`curl: (${code}) ${message}\n`);
    return code;
  };
  if (!target) return complain(3, 'URL using bad/illegal format or missing URL');
  const body = all('-d', '--data', '--data-raw').join('&');
  const headers = Object.fromEntries(all('-H', '--header').map((line) => headerOf(line)));
  if (body !== '') headers['content-type'] ??= 'application/x-www-form-urlencoded';
  const method = one('-X', '--request') ?? (has('-I', '--head') ? 'HEAD' : body === '' ? 'GET' : 'POST');
  const seconds = Number(one('-m', '--max-time') ?? 300);
  const answer = await ask(call, target, {
    method,
    headers: { 'user-agent': 'curl/8.14.1', accept: '*/*', ...headers },
    body,
    timeoutMs: seconds * 1000,
  });
  if (answer === 'unknown host') return complain(6, `Could not resolve host: ${target.host}`);
  if (answer === 'refused')
    return complain(
      7,
      `Failed to connect to ${target.host} port ${target.port} after 0 ms: Could not connect to server`,
    );
  if (answer === 'late')
    return complain(28, `Operation timed out after ${seconds * 1000} milliseconds with 0 bytes received`);
  if (has('-f', '--fail') && answer.status >= 400)
    return complain(22, `The requested URL returned error: ${answer.status}`);
  const head = has('-i', '--include', '-I', '--head')
    ? `HTTP/1.1 ${answer.status}\r\n${Object.entries(answer.headers)
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`
    : '';
  const text = head + (method === 'HEAD' ? '' : answer.body);
  const file = one('-o', '--output');
  if (file === undefined) call.stdout.write(text);
  else call.files.write(absolute(call.cwd, file), Buffer.from(text));
  const format = one('-w', '--write-out');
  if (format) call.stdout.write(format.replaceAll('%{http_code}', String(answer.status)).replaceAll('\\n', '\n'));
  return 0;
};

function headerOf(line: string): [string, string] {
  const [name = '', ...value] = line.split(':');
  return [name.trim().toLowerCase(), value.join(':').trim()];
}

const wgetValued = new Set([
  '-O',
  '--output-document',
  '-T',
  '--timeout',
  '-t',
  '--tries',
  '--header',
  '--post-data',
  '-U',
  '-P',
]);

const wget: Program = async (call) => {
  const { names, all, has, one } = splitOptions(call.args, wgetValued);
  const target = targetOf(names[0] ?? '');
  const complain = (message: string) => {
    if (!has('-q') || has('-S')) call.stderr.write(`wget: ${message}\n`);
    return 1;
  };
  if (!target) return complain(`bad address '${names[0] ?? ''}'`);
  const file = one('-O', '--output-document') ?? (target.path.split('?')[0]?.split('/').at(-1) || 'index.html');
  if (!has('-q')) call.stderr.write(`Connecting to ${target.host}:${target.port}\n`);
  const body = one('--post-data') ?? '';
  const headers = Object.fromEntries(all('--header').map((line) => headerOf(line)));
  const timeoutMs = Number(one('-T', '--timeout') ?? 900) * 1000;
  const answer = await ask(call, target, {
    method: body === '' ? 'GET' : 'POST',
    headers: { 'user-agent': 'Wget', ...headers },
    body,
    timeoutMs,
  });
  if (answer === 'unknown host') return complain(`bad address '${target.host}'`);
  if (answer === 'refused')
    return complain(`can't connect to remote host (${call.system.resolve(target.host)[0]}): Connection refused`);
  if (answer === 'late') return complain('download timed out');
  if (answer.status >= 400) return complain(`server returned error: HTTP/1.1 ${answer.status}`);
  if (has('--spider')) return 0;
  if (file === '-') call.stdout.write(answer.body);
  else call.files.write(absolute(call.cwd, file), Buffer.from(answer.body));
  return 0;
};

/** `nc -z HOST PORT` looks whether somebody listens; without `-z` lines go to a database's own protocol. */
const nc: Program = async (call) => {
  const { names, has } = splitOptions(call.args, new Set(['-w', '-i']));
  const [host = '', port = ''] = names;
  if (call.system.resolve(host).length === 0) {
    call.stderr.write(`nc: bad address '${host}'\n`);
    return 1;
  }
  const peer = call.system.dial(host, Number(port));
  if (!peer) {
    if (has('-v')) call.stderr.write(`nc: ${host} (${call.system.resolve(host)[0]}:${port}): Connection refused\n`);
    return 1;
  }
  if (has('-v')) call.stderr.write(`${host} (${call.system.resolve(host)[0]}:${port}) open\n`);
  if (has('-z')) return 0;
  for (let line = await readLine(call.stdin); line !== undefined; line = await readLine(call.stdin)) {
    try {
      const answer = peer.command(line.trim().split(/\s+/));
      call.stdout.write(answer === undefined ? '$-1\r\n' : `${answer.startsWith('ERR') ? '-' : '+'}${answer}\r\n`);
    } catch {
      return 1;
    }
  }
  return 0;
};

const nslookup: Program = ({ args, system, stdout }) => {
  const [host = ''] = args.filter((arg) => !arg.startsWith('-'));
  const addresses = system.resolve(host);
  stdout.write('Server:\t\t10.96.0.10\nAddress:\t10.96.0.10:53\n\n');
  if (addresses.length === 0) {
    stdout.write(`** server can't find ${host}: NXDOMAIN\n\n`);
    return 1;
  }
  for (const address of addresses) stdout.write(`Name:\t${host}\nAddress: ${address}\n\n`);
  return 0;
};

const getent: Program = ({ args: [, host = ''], system, stdout }) => {
  const addresses = system.resolve(host);
  for (const address of addresses) stdout.write(`${address.padEnd(16)}${host}\n`);
  return addresses.length > 0 ? 0 : 2;
};

export const networkPrograms: Readonly<Record<string, Program>> = { curl, wget, nc, netcat: nc, nslookup, getent };
