import type { Call, Program } from '../system.ts';
import { readOptions } from './options.ts';

/** Waits as long as it says in real time, or until it is killed. */
function pauseFor(call: Pick<Call, 'signal' | 'system'>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (call.signal.aborted) return resolve();
    const cancel = call.system.clock.later(Math.min(ms, 2 ** 31 - 1), done);
    function done() {
      cancel();
      call.signal.removeEventListener('abort', done);
      resolve();
    }
    call.signal.addEventListener('abort', done);
  });
}

const units: Record<string, number> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400 };

const sleep: Program = async (call) => {
  let seconds = 0;
  for (const arg of call.args) {
    const [, number, unit = ''] = /^(\d*\.?\d+)([smhd]?)$/.exec(arg) ?? [];
    if (number === undefined && arg !== 'infinity') {
      call.stderr.write(`sleep: invalid number '${arg}'\n`);
      return 1;
    }
    seconds += number === undefined ? Number.MAX_SAFE_INTEGER : Number(number) * (units[unit] ?? 1);
  }
  await pauseFor(call, seconds * 1000);
  return call.signal.aborted ? 143 : 0;
};

const env: Program = (call) => {
  const names = [...call.args];
  const more: Record<string, string> = {};
  while (names[0]?.includes('=')) {
    const [name = '', ...value] = (names.shift() ?? '').split('=');
    more[name] = value.join('=');
  }
  const all = { ...call.env, ...more };
  const [name, ...args] = names;
  if (name === undefined) {
    for (const [key, value] of Object.entries(all)) call.stdout.write(`${key}=${value}\n`);
    return 0;
  }
  return call.find(name, call.cwd)({ ...call, name, args, env: all });
};

const printenv: Program = (call) => {
  if (call.args.length === 0) return env(call);
  let status = 0;
  for (const name of call.args) {
    const value = call.env[name];
    if (value === undefined) status = 1;
    else call.stdout.write(`${value}\n`);
  }
  return status;
};

const id: Program = ({ args, system, stdout }) => {
  const { userId } = system;
  const user = userId === 0 ? 'root' : String(userId);
  if (args[0] === '-u' || args[0] === '-g') stdout.write(`${userId}\n`);
  else if (args[0] === '-un') stdout.write(`${user}\n`);
  else stdout.write(`uid=${userId}(${user}) gid=${userId}(${user}) groups=${userId}(${user})\n`);
  return 0;
};

const uname: Program = ({ args, system, stdout }) => {
  const all = args.some((arg) => arg.includes('a'));
  const fields: [string, string][] = [
    ['s', 'Linux'],
    ['n', system.hostname],
    ['r', '6.8.0-sandbox'],
    ['v', '#1 SMP'],
    ['m', 'x86_64'],
  ];
  const wanted = fields.filter(([letter]) => all || args.some((arg) => arg.includes(letter)));
  stdout.write(`${(wanted.length > 0 ? wanted : fields.slice(0, 1)).map(([, value]) => value).join(' ')}\n`);
  return 0;
};

const names = {
  days: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'],
  months: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
};

const date: Program = ({ args, stdout }) => {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  const fields: Record<string, string> = {
    Y: String(now.getUTCFullYear()),
    m: two(now.getUTCMonth() + 1),
    d: two(now.getUTCDate()),
    H: two(now.getUTCHours()),
    M: two(now.getUTCMinutes()),
    S: two(now.getUTCSeconds()),
    F: now.toISOString().slice(0, 10),
    T: now.toISOString().slice(11, 19),
    s: String(Math.floor(now.getTime() / 1000)),
    N: `${String(now.getUTCMilliseconds()).padStart(3, '0')}000000`,
    Z: 'UTC',
    z: '+0000',
    a: names.days[now.getUTCDay()] ?? '',
    b: names.months[now.getUTCMonth()] ?? '',
    e: String(now.getUTCDate()).padStart(2, ' '),
    j: String(Math.ceil((now.getTime() - Date.UTC(now.getUTCFullYear(), 0, 0)) / 86_400_000)),
  };
  const format = args.find((arg) => arg.startsWith('+'))?.slice(1) ?? '%a %b %e %T %Z %Y';
  stdout.write(
    `${format.replace(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (fields[letter] ?? whole)))}\n`,
  );
  return 0;
};

const seq: Program = ({ args, stdout }) => {
  const numbers = args.map(Number);
  const [from, step, to] =
    numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers;
  if (!step) return 1;
  for (let value = from ?? 1; step > 0 ? value <= (to ?? 0) : value >= (to ?? 0); value += step)
    stdout.write(`${value}\n`);
  return 0;
};

const ps: Program = ({ system, stdout }) => {
  stdout.write('PID   USER     TIME  COMMAND\n');
  for (const { pid, command } of system.processes())
    stdout.write(`${String(pid).padStart(5)} root      0:00 ${command}\n`);
  return 0;
};

const kill: Program = ({ args, system, stderr }) => {
  const pids = readOptions(args, 's').names.map(Number);
  const missing = pids.filter(
    (pid) => !system.signal(pid, args.some((arg) => /^-(9|KILL|SIGKILL)$/.test(arg)) ? 'SIGKILL' : 'SIGTERM'),
  );
  for (const pid of missing) stderr.write(`kill: can't kill pid ${pid}: No such process\n`);
  return missing.length > 0 ? 1 : 0;
};

const timeout: Program = async (call) => {
  const [seconds = '0', name = '', ...args] = call.args.filter((arg) => !arg.startsWith('-'));
  const ending = new AbortController();
  const stop = () => ending.abort();
  call.signal.addEventListener('abort', stop);
  const cancel = call.system.clock.later(Number.parseFloat(seconds) * 1000, stop);
  try {
    const program = call.find(name, call.cwd);
    const status = await program({ ...call, name, args, signal: ending.signal });
    return ending.signal.aborted ? 143 : status;
  } finally {
    cancel();
    call.signal.removeEventListener('abort', stop);
  }
};

export const environmentPrograms: Readonly<Record<string, Program>> = {
  true: () => 0,
  false: () => 1,
  sleep,
  env,
  printenv,
  id,
  uname,
  date,
  seq,
  ps,
  kill,
  timeout,
  whoami({ system, stdout }) {
    stdout.write(`${system.userId === 0 ? 'root' : system.userId}\n`);
    return 0;
  },
  hostname({ args, system, stdout }) {
    stdout.write(`${args[0] === '-i' ? (system.resolve(system.hostname)[0] ?? '127.0.0.1') : system.hostname}\n`);
    return 0;
  },
  nproc({ stdout }) {
    stdout.write('8\n');
    return 0;
  },
  basename({ args: [path = '', suffix = ''], stdout }) {
    const name = path.replace(/\/+$/, '').split('/').at(-1) ?? '';
    stdout.write(`${suffix !== '' && name.endsWith(suffix) ? name.slice(0, -suffix.length) : name}\n`);
    return 0;
  },
  dirname({ args: [path = ''], stdout }) {
    const above = path.replace(/\/+$/, '').split('/').slice(0, -1).join('/');
    stdout.write(`${above || (path.startsWith('/') ? '/' : '.')}\n`);
    return 0;
  },
  clear: () => 0,
  stty: () => 0,
  uptime({ stdout }) {
    stdout.write(` ${new Date().toISOString().slice(11, 19)} up 1 day,  load average: 0.00, 0.00, 0.00\n`);
    return 0;
  },
};
