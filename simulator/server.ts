import { randomBytes, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import type { ContractCheck } from './contract/check.ts';
import { addControlRoutes } from './control/routes.ts';
import { Api } from './engine/api.ts';
import { FileJournal } from './engine/journal.ts';
import { createPipeline } from './engine/pipeline.ts';
import type { Settings, Switches } from './engine/settings.ts';
import { Simulator, type Size } from './engine/simulator.ts';
import { RESOURCES } from './resources/index.ts';
import { buildSample, LAST_DAY } from './sample/build.ts';
import { XERO_RESOURCES } from './xero/index.ts';
import { addXeroSample } from './xero/sample.ts';

export interface SimulatorOptions {
  /** 0 takes a free port */
  port?: number;
  /** address to listen on; this machine only unless it says otherwise */
  host?: string;
  seed?: number;
  size?: Size;
  /** `YYYY-MM-DD`, the day the sample's dates end on */
  lastDay?: string;
  /** keeps everything there across restarts */
  dataFolder?: string;
  checkContract?: boolean;
  settings?: Partial<Settings>;
  switches?: Partial<Switches>;
}

export interface RunningSimulator {
  url: string;
  port: number;
  close(): Promise<void>;
}

/** Procore's and, under /xero, Xero's. */
const SERVED = [...RESOURCES, ...XERO_RESOURCES];

/**
 * Starts a Procore of its own, and a Xero beside it: OAuth, the REST APIs, webhooks and the control API on one port.
 *
 * @throws Error with code EADDRINUSE when the port is taken
 */
export async function startSimulator(options: SimulatorOptions = {}): Promise<RunningSimulator> {
  const { seed = 7, size = 'small', lastDay = LAST_DAY, dataFolder } = options;
  const sim = new Simulator(seed, SERVED, { settings: options.settings ?? {}, switches: options.switches ?? {} });
  const kept = dataFolder !== undefined && FileJournal.load(sim.store, dataFolder);
  if (!kept) buildSample(sim, seed, size, lastDay);
  addXeroSample(sim);
  sim.recallSettings();
  if (dataFolder !== undefined) FileJournal.start(sim.store, dataFolder);
  const reset = (newSeed: number, newSize: Size): void => {
    sim.store.journal?.close();
    sim.store.journal = null;
    sim.forgetEverything();
    buildSample(sim, newSeed, newSize, lastDay);
    addXeroSample(sim);
    sim.recallSettings();
    if (dataFolder !== undefined) FileJournal.start(sim.store, dataFolder);
    sim.webhooks.restart();
  };

  const contract = options.checkContract === true ? new (await import('./contract/check.ts')).ContractCheck() : null;
  if (contract !== null) sim.webhooks.onPayload = (version, payload) => contract.webhook(version, payload);
  const internalKey = randomBytes(16).toString('hex');
  const app = createApp();
  let url = '';
  addControlRoutes(app, { sim, contract, internalKey, reset, url: () => url, seed, size });
  addApiRoutes(app, sim, contract, internalKey);

  const server = createServer(app);
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, options.host ?? '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  url = `http://127.0.0.1:${port}`;
  sim.webhooks.wake();
  return {
    url,
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      sim.dropTimers();
      sim.holds.releaseAll();
      await sim.webhooks.close();
      await closed;
      sim.store.journal?.close();
      sim.store.journal = null;
    },
  };
}

function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.set('etag', false);
  app.set('query parser', 'simple');
  app.use(/^\/xero\/.*\/Attachments/, express.raw({ type: () => true, limit: '50mb' }));
  app.use(express.json({ limit: '50mb' }));
  app.use(express.urlencoded({ extended: true, limit: '50mb' }));
  app.use(express.raw({ type: 'multipart/form-data', limit: '50mb' }));
  return app;
}

function addApiRoutes(app: Express, sim: Simulator, contract: ContractCheck | null, internalKey: string): void {
  const api = new Api();
  for (const resource of SERVED) resource.routes(api);
  const serve = createPipeline({ sim, contract, internalKey });
  for (const route of api.routes)
    app[route.method](route.path, (req: Request, res: Response) => serve(req, res, route));
  app.use((req: Request, res: Response) => serve(req, res, null));
  app.use((error: Error & { status?: number }, _req: Request, res: Response, next: NextFunction) => {
    if (res.headersSent) return next(error);
    if (error.status === undefined || error.status >= 500) console.error(error);
    res.setHeader('x-request-id', randomUUID());
    const body = { error: { code: 'BAD_REQUEST', message: error.message, details: [] } };
    return void res.status(error.status ?? 500).json(body);
  });
}
