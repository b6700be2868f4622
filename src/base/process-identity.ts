import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';

/** Names one process so that another one can tell later whether it still lives. */
export interface ProcessIdentity {
  host: string;
  /**
   * The same for all processes that see each other's numbers: one boot of one machine, one container. Empty where the system
   * does not tell.
   */
  machine: string;
  pid: number;
  /** Ticks after the boot at which it began (Linux), so that a number given out again is no mistake; else empty. */
  began: string;
}

export function thisProcess(): ProcessIdentity {
  return { host: hostname(), machine: machineId(), pid: process.pid, began: beganAt(process.pid) ?? '' };
}

/** `user@host` of this process; the number of the user where he has no name. */
export function thisUser(): string {
  let name: string;
  try {
    name = userInfo().username;
  } catch {
    name = String(process.getuid?.() ?? 'unknown');
  }
  return `${name}@${hostname()}`;
}

/** Whether a process lives, as far as this one can see: `unknown` for one of another machine. */
export function lookForProcess(other: ProcessIdentity): 'alive' | 'gone' | 'unknown' {
  const here = thisProcess();
  if (other.machine === '' || other.machine !== here.machine || !Number.isInteger(other.pid) || other.pid < 1)
    return 'unknown';
  if (!exists(other.pid)) return 'gone';
  const began = beganAt(other.pid);
  return other.began !== '' && began !== undefined && began !== other.began ? 'gone' : 'alive';
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

// proc(5): the boot has an id of its own, and so has the space of process numbers.
function machineId(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const space = readlinkSync('/proc/self/ns/pid');
    return createHash('sha256').update(`${boot} ${space}`).digest('hex').slice(0, 16);
  } catch {
    return process.platform === 'linux' ? '' : `${process.platform}-${hostname()}`;
  }
}

// proc_pid_stat(5): field 22; the second one, the name, may hold blanks and brackets.
function beganAt(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
