import type { WorkloadImage } from './image.ts';
import { createLruStore } from './lru.ts';
import { redisCli } from './programs/redis-cli.ts';
import { createCommands } from './redis/commands.ts';
import { readSettings } from './redis/settings.ts';
import { declaredPorts, startServer } from './server-process.ts';

const megabyte = 1024 * 1024;
/** What a Redis without `maxmemory` may fill here. */
const unlimited = 256 * megabyte;

/**
 * Redis: a real cache of limited size (`maxmemory`, least recently used first) and counters that expire, with the settings of its
 * arguments and files, and the password that they set.
 */
export const redis: WorkloadImage = {
  size: 52 * megabyte,
  programs: { 'redis-cli': redisCli },
  start(context) {
    let commands: ReturnType<typeof createCommands> | undefined;
    let bytes = () => 0;
    const memory = () => 9 * megabyte + bytes();
    const log = (line: string) => () => `1:M ${new Date().toUTCString().slice(5, 25)} * ${line}`;
    return startServer(context, {
      ports: declaredPorts(context, 6379),
      baseCores: 0.003,
      memoryBytes: memory,
      starting: [
        { after: 150, line: log('oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo') },
        { after: 100, line: log('Running mode=standalone, port=6379.') },
        { after: 300, line: log('Server initialized') },
      ],
      async onStarted() {
        const settings = readSettings(context.args, await context.system.files(), context.env);
        if (settings instanceof Error) {
          context.log(settings.message);
          context.exit(1);
          return false;
        }
        const store = createLruStore(Number(settings.get('maxmemory')) || unlimited);
        const version = versionOf(context.tag);
        const made = createCommands({ store, settings, version, startedAt: context.clock.now(), memory });
        bytes = () => store.bytes + made.counters.size * 120;
        commands = made;
        context.log(log('Ready to accept connections tcp')());
        return true;
      },
      command(parts, cpu) {
        cpu.work(0, 0.00002);
        if (!commands) throw new Error('connection refused');
        return commands.answer(parts, context.clock.now());
      },
      stopping: [log('User requested shutdown...'), log('Redis is now ready to exit, bye bye...')],
    });
  },
};

/** `8.4-alpine` is 8.4.0: what a tag says, completed; the newest where it says nothing. */
function versionOf(tag: string | undefined): string {
  const [, major, minor = '0', patch = '0'] = /^v?(\d+)(?:\.(\d+))?(?:\.(\d+))?/.exec(tag ?? '') ?? [];
  return major === undefined ? '8.4.0' : `${major}.${minor}.${patch}`;
}
