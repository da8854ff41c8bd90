import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler } from 'express';
import { rateLimit } from 'express-rate-limit';
import helmet from 'helmet';
import type { Deps } from '../platform/deps.ts';
import { browserOrigins, createAuth } from './auth.ts';
import { identify } from './caller.ts';
import type { RouteContext } from './context.ts';
import { answerError, refuseUnknownPath } from './errors.ts';
import { createLive } from './live.ts';
import { openApiRoute } from './openapi.ts';
import { Refusal } from './refusal.ts';
import { logRequests } from './request-log.ts';
import { createRoutes } from './route.ts';
import { accountingRoutes } from './routes/accounting.ts';
import { accountingOauthRoutes } from './routes/accounting-oauth.ts';
import { activityRoutes } from './routes/activity.ts';
import { allocationRoutes } from './routes/allocations.ts';
import { apiKeyRoutes } from './routes/api-keys.ts';
import { approvalLimitRoutes } from './routes/approval-limits.ts';
import { attachmentRoutes } from './routes/attachments.ts';
import { authRoutes } from './routes/auth.ts';
import { automaticSendingRoutes } from './routes/automatic-sending.ts';
import { bulkActionRoutes } from './routes/bulk-actions.ts';
import { bulkUndoRoutes } from './routes/bulk-undo.ts';
import { commitmentRoutes } from './routes/commitments.ts';
import { companyRoutes } from './routes/companies.ts';
import { comparisonRoutes } from './routes/comparisons.ts';
import { connectionRoutes } from './routes/connection.ts';
import { costCodeRoutes } from './routes/cost-codes.ts';
import { dryRunRoutes } from './routes/dry-run.ts';
import { duplicateRoutes } from './routes/duplicates.ts';
import { eventHookRoutes } from './routes/event-hooks.ts';
import { eventRoutes } from './routes/events.ts';
import { fetchRoutes } from './routes/fetches.ts';
import { healthRoutes } from './routes/health.ts';
import { invoiceImportRoutes } from './routes/invoice-import.ts';
import { invoiceStepRoutes } from './routes/invoice-steps.ts';
import { invoiceRoutes } from './routes/invoices.ts';
import { mappingTaskRoutes } from './routes/mapping-tasks.ts';
import { memberRoutes } from './routes/members.ts';
import { oauthRoutes } from './routes/oauth.ts';
import { overviewRoutes } from './routes/overview.ts';
import { peopleRoutes } from './routes/people.ts';
import { projectRoutes } from './routes/projects.ts';
import { purchaseOrderFileRoutes } from './routes/purchase-order-files.ts';
import { purchaseOrderStepRoutes } from './routes/purchase-order-steps.ts';
import { purchaseOrderRoutes } from './routes/purchase-orders.ts';
import { reportRoutes } from './routes/reports.ts';
import { retentionRoutes } from './routes/retention.ts';
import { searchRoutes } from './routes/search.ts';
import { sessionRoutes } from './routes/session.ts';
import { settingsRoutes } from './routes/settings.ts';
import { taxCodeRoutes } from './routes/tax-codes.ts';
import { taxMappingRoutes } from './routes/tax-mappings.ts';
import { timeSheetRoutes } from './routes/time-sheets.ts';
import { undoRoutes } from './routes/undo.ts';
import { vendorRoutes } from './routes/vendors.ts';
import { createWebhookReceiver } from './webhooks.ts';

const WEB = fileURLToPath(new URL('../web/dist', import.meta.url));

const ROUTES: ((context: RouteContext) => void)[] = [
  sessionRoutes,
  memberRoutes,
  settingsRoutes,
  apiKeyRoutes,
  eventHookRoutes,
  connectionRoutes,
  accountingRoutes,
  companyRoutes,
  comparisonRoutes,
  taxMappingRoutes,
  fetchRoutes,
  projectRoutes,
  vendorRoutes,
  mappingTaskRoutes,
  costCodeRoutes,
  reportRoutes,
  commitmentRoutes,
  retentionRoutes,
  purchaseOrderRoutes,
  purchaseOrderStepRoutes,
  purchaseOrderFileRoutes,
  approvalLimitRoutes,
  taxCodeRoutes,
  invoiceRoutes,
  invoiceImportRoutes,
  allocationRoutes,
  attachmentRoutes,
  dryRunRoutes,
  duplicateRoutes,
  undoRoutes,
  bulkActionRoutes,
  bulkUndoRoutes,
  automaticSendingRoutes,
  invoiceStepRoutes,
  overviewRoutes,
  activityRoutes,
  searchRoutes,
  peopleRoutes,
  timeSheetRoutes,
];

/** Told after each commit that may have given the dispatcher work. */
export interface Dispatcher {
  poke(): void;
}

/**
 * The whole HTTP side: API, sign-in, consent callback, webhooks and the web app.
 *
 * @param dispatcher of this process; without one, what is queued waits for the sweep of another process
 */
export function createApp(deps: Deps, dispatcher: Dispatcher = { poke: () => undefined }): Express {
  const { db, env } = deps;
  const auth = createAuth(deps);
  const origins = browserOrigins(env.PUBLIC_URL);
  const whoCalls = (request: express.Request, response: express.Response) =>
    identify({ db, auth, origins }, request, response);

  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', 'loopback, linklocal, uniquelocal');
  app.use(logRequests(deps.logger));
  app.use(createWebhookReceiver(deps, dispatcher));
  app.use(secureHeaders(env.PUBLIC_URL.startsWith('https:')));
  app.use(healthRoutes(deps));

  app.use(['/api', '/oauth'], (_request, response, next) => {
    response.set('cache-control', 'no-store');
    next();
  });
  app.use(
    ['/api/auth/sign-in', '/api/session/password', '/api/connection/connect', '/api/accounting/connect', '/oauth'],
    attemptLimit(),
  );
  app.use(['/api/invoices', '/api/purchase-orders'], express.raw({ type: 'application/pdf', limit: '30mb' }));
  app.use('/api', express.text({ type: 'text/csv', limit: '5mb' }), express.json({ limit: '2mb' }));
  app.use(authRoutes({ auth, origins }));
  app.use(oauthRoutes({ deps, identify: whoCalls }));
  app.use(accountingOauthRoutes({ deps, identify: whoCalls }));

  const { router, registry, route } = createRoutes({ db, identify: whoCalls, afterChange: dispatcher.poke });
  for (const add of ROUTES) add({ route, deps });
  eventRoutes({ route, live: createLive(deps) });
  openApiRoute({ route, registry });
  app.use(router);

  app.use(webApp());
  app.use(refuseUnknownPath);
  app.use(answerError);
  return app;
}

/** The built screens; every other address a browser opens is one of theirs. */
function webApp(): RequestHandler {
  const page = join(WEB, 'index.html');
  const router = express.Router();
  router.use('/assets', express.static(join(WEB, 'assets'), { immutable: true, maxAge: '1y' }));
  router.use(express.static(WEB, { index: false }));
  router.get(/^\/(?!api\/|oauth\/|webhooks\/|health|assets\/)/, (request, response, next) => {
    if (!request.accepts('html') || !existsSync(page)) return next();
    response.set('cache-control', 'no-cache').sendFile(page);
  });
  return router;
}

/** Guessing passwords or consent states is slow; whoever succeeds is not counted. */
const attemptLimit = () =>
  rateLimit({
    windowMs: 5 * 60_000,
    limit: 20,
    skipSuccessfulRequests: true,
    standardHeaders: 'draft-8',
    legacyHeaders: false,
    handler: () => {
      throw new Refusal(429, 'TOO_MANY_REQUESTS', 'Too many attempts. Wait five minutes, then try again.');
    },
  });

/** The screens load nothing from elsewhere. Their components write style attributes, hence inline styles. */
const secureHeaders = (isHttps: boolean) =>
  helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        styleSrc: ["'self'", "'unsafe-inline'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: isHttps ? [] : null,
      },
    },
    referrerPolicy: { policy: 'same-origin' },
    strictTransportSecurity: isHttps,
  });
