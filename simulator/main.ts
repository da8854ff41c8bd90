import { parseArgs } from 'node:util';
import type { Size } from './engine/simulator.ts';
import { startSimulator } from './server.ts';

const HELP = `A Procore to develop and test against: OAuth, REST API, webhooks, faults.

  npm run simulator -- [options]

  --port <number>        port to listen on (4000; 0 takes a free one)
  --host <address>       address to listen on (127.0.0.1)
  --seed <number>        sample data of this seed (7)
  --size <size>          small, medium or large sample company (small)
  --last-day <date>      the day sample data ends on (today)
  --data <folder>        keep everything in this folder across restarts
  --check-contract       hold every request and answer against the OpenAPI document (GET /control/contract)
  --help                 this text

Open the address in a browser to look around and change things; docs/simulator.md describes the control API.`;

const SIZES = ['small', 'medium', 'large'];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      port: { type: 'string', default: '4000' },
      host: { type: 'string', default: '127.0.0.1' },
      seed: { type: 'string', default: '7' },
      size: { type: 'string', default: 'small' },
      'last-day': { type: 'string', default: new Date().toISOString().slice(0, 10) },
      data: { type: 'string' },
      'check-contract': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return;
  }
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new Error(`--port must be a number up to 65535, not "${values.port}"`);
  if (!Number.isInteger(Number(values.seed))) throw new Error(`--seed must be a whole number, not "${values.seed}"`);
  if (!SIZES.includes(values.size)) throw new Error(`--size must be ${SIZES.join(', ')}, not "${values.size}"`);
  if (Number.isNaN(Date.parse(`${values['last-day']}T00:00:00Z`)))
    throw new Error(`--last-day must be a date such as 2026-03-31, not "${values['last-day']}"`);
  const simulator = await startSimulator({
    port,
    host: values.host,
    seed: Number(values.seed),
    size: values.size as Size,
    lastDay: values['last-day'],
    checkContract: values['check-contract'],
    ...(values.data === undefined ? {} : { dataFolder: values.data }),
  });
  console.log(`Simulated Procore at ${simulator.url}`);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void simulator.close().then(() => process.exit(0)));
  }
}

main().catch((error: NodeJS.ErrnoException) => {
  const taken = error.code === 'EADDRINUSE';
  const port = (error as { port?: number }).port;
  console.error(taken ? `Port ${port} is taken. Choose another with --port.` : error.message);
  process.exit(1);
});
