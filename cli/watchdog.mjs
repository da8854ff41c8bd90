// Ends the processes of `npm start` or of a test run when their parent is gone without having stopped them.
// The parent writes `+pid signal` and `-pid`; its end, however it comes, closes this process's standard input.
import { createInterface } from 'node:readline';

const GRACE_MS = 8_000;
const watched = new Map();

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const [pid, signal] = line.slice(1).split(' ');
    if (line.startsWith('+')) watched.set(Number(pid), signal);
    else watched.delete(Number(pid));
  })
  .on('close', () => {
    for (const [pid, signal] of watched) kill(pid, signal);
    const since = Date.now();
    const timer = setInterval(() => {
      for (const pid of watched.keys()) if (!kill(-pid, 0)) watched.delete(pid);
      if (watched.size > 0 && Date.now() - since < GRACE_MS) return;
      clearInterval(timer);
      for (const pid of watched.keys()) kill(-pid, 'SIGKILL');
    }, 100);
  });

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);

function kill(pid, signal) {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
