import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

const onLinux = process.platform === 'linux';

/** When a process began, in a form that only serves to tell it from a later one of the same number; null when it is gone. */
export function startMark(pid: number): string | null {
  if (!onLinux) return ps(['-o', 'lstart=', '-p', String(pid)]).trim() || null;
  const stat = linuxStat(pid);
  return stat === null || stat.state === 'Z' ? null : stat.startTicks;
}

/** The npm, shell and tsx processes above this one, as far up as they are part of the same command. */
export function launchers(): number[] {
  const found: number[] = [];
  for (let pid = process.ppid; pid > 1; ) {
    const { parent, command } = describe(pid);
    if (!/\b(npm|tsx)\b/.test(command)) break;
    found.push(pid);
    pid = parent;
  }
  return found;
}

/** Numbers of the living processes of a group; a zombie nobody reaped does not count. */
export function groupMembers(group: number): number[] {
  if (!onLinux) {
    return ps(['-axo', 'pid=,pgid=,stat='])
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, pgid, state]) => Number(pgid) === group && !state?.startsWith('Z'))
      .map(([pid]) => Number(pid));
  }
  return linuxPids().filter((pid) => {
    const stat = linuxStat(pid);
    return stat !== null && stat.group === group && stat.state !== 'Z';
  });
}

/** Processes listening on a TCP port, or null where this system does not tell. */
export function listeners(port: number): number[] | null {
  if (onLinux) return linuxListeners(port);
  try {
    const out = execFileSync('lsof', ['-nP', '-t', `-iTCP:${port}`, '-sTCP:LISTEN'], { encoding: 'utf8' });
    return out.split('\n').filter(Boolean).map(Number);
  } catch {
    return null;
  }
}

function describe(pid: number): { parent: number; command: string } {
  if (!onLinux) {
    const [parent = '0', ...command] = ps(['-o', 'ppid=,args=', '-p', String(pid)])
      .trim()
      .split(/\s+/);
    return { parent: Number(parent), command: command.join(' ') };
  }
  const command = linesOf(`/proc/${pid}/cmdline`).join(' ').replaceAll('\0', ' ');
  return { parent: linuxStat(pid)?.parent ?? 0, command };
}

function ps(args: string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

const linuxPids = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function linuxStat(pid: number): { state: string; parent: number; group: number; startTicks: string } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold spaces, so fields are counted after it: state, ppid, pgrp, ... starttime.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return {
      state: fields[0] ?? '',
      parent: Number(fields[1]),
      group: Number(fields[2]),
      startTicks: fields[19] ?? '',
    };
  } catch {
    return null;
  }
}

function linuxListeners(port: number): number[] | null {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = new Set<string>();
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of linesOf(table).slice(1)) {
      const fields = line.trim().split(/\s+/);
      const isListening = fields[3] === '0A';
      if (isListening && fields[1]?.endsWith(`:${hexPort}`) && fields[9]) inodes.add(`socket:[${fields[9]}]`);
    }
  }
  if (inodes.size === 0) return [];
  const owners = linuxPids().filter((pid) => openFiles(pid).some((file) => inodes.has(file)));
  return owners.length > 0 ? owners : null; // another user's process: there, but not ours to see
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n');
  } catch {
    return [];
  }
}

function openFiles(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        return '';
      }
    });
  } catch {
    return [];
  }
}
