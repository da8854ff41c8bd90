import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  parseSearchWith,
  redirect,
  retainSearchParams,
  stringifySearchWith,
} from '@tanstack/react-router';
import { z } from 'zod';
import { InvoiceTab } from '../schemas/invoices.ts';
import { PurchaseOrderTab } from '../schemas/purchase-orders.ts';
import { ApiError, queryClient } from './api.ts';
import { NotFound, ScreenError, ScreenPending } from './elements/states.tsx';
import { Frame } from './frame/frame.tsx';
import { sessionQuery } from './session.ts';
import { SignIn } from './sign-in/sign-in.tsx';

/** Words in the URL; the router reads "88213" as a number and "true" as a truth. */
const text = z.union([z.string(), z.number(), z.boolean()]).transform(String).optional().catch(undefined);

const root = createRootRouteWithContext<{ queryClient: QueryClient }>()({ component: Outlet });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: z.object({ next: text }),
  component: SignIn,
});

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  // The company lists are narrowed to goes along from screen to screen.
  validateSearch: z.object({ company: z.uuid().optional().catch(undefined) }),
  search: { middlewares: [retainSearchParams(['company'])] },
  async beforeLoad({ context, location }) {
    try {
      return { session: await context.queryClient.ensureQueryData(sessionQuery) };
    } catch (error) {
      const isSignedOut = error instanceof ApiError && error.status === 401;
      if (isSignedOut) throw redirect({ to: '/sign-in', search: { next: location.href } });
      throw error;
    }
  },
  component: Frame,
});

const overview = createRoute({
  getParentRoute: () => frame,
  path: '/',
  component: lazyRouteComponent(() => import('./overview/overview.tsx'), 'OverviewScreen'),
});

const invoices = createRoute({
  getParentRoute: () => frame,
  path: '/invoices',
  validateSearch: z.object({ tab: InvoiceTab.optional().catch(undefined), search: text, problem: text }),
  component: lazyRouteComponent(() => import('./invoices/invoices.tsx'), 'InvoicesScreen'),
});

const newInvoice = createRoute({
  getParentRoute: () => frame,
  path: '/invoices/new',
  component: lazyRouteComponent(() => import('./invoices/invoice.tsx'), 'NewInvoiceScreen'),
});

const invoice = createRoute({
  getParentRoute: () => frame,
  path: '/invoices/$id',
  component: lazyRouteComponent(() => import('./invoices/invoice.tsx'), 'InvoiceScreen'),
});

const projects = createRoute({
  getParentRoute: () => frame,
  path: '/projects',
  validateSearch: z.object({ search: text }),
  component: lazyRouteComponent(() => import('./projects/projects.tsx'), 'ProjectsScreen'),
});

const vendors = createRoute({
  getParentRoute: () => frame,
  path: '/vendors',
  validateSearch: z.object({ search: text }),
  component: lazyRouteComponent(() => import('./vendors/vendors.tsx'), 'VendorsScreen'),
});

const purchaseOrders = createRoute({
  getParentRoute: () => frame,
  path: '/purchase-orders',
  validateSearch: z.object({ tab: PurchaseOrderTab.optional().catch(undefined), search: text }),
  component: lazyRouteComponent(() => import('./purchase-orders/purchase-orders.tsx'), 'PurchaseOrdersScreen'),
});

const newPurchaseOrder = createRoute({
  getParentRoute: () => frame,
  path: '/purchase-orders/new',
  component: lazyRouteComponent(() => import('./purchase-orders/order.tsx'), 'NewPurchaseOrderScreen'),
});

const purchaseOrder = createRoute({
  getParentRoute: () => frame,
  path: '/purchase-orders/$id',
  component: lazyRouteComponent(() => import('./purchase-orders/order.tsx'), 'PurchaseOrderScreen'),
});

const subcontracts = createRoute({
  getParentRoute: () => frame,
  path: '/subcontracts',
  validateSearch: z.object({ search: text }),
  component: lazyRouteComponent(() => import('./commitments/commitments.tsx'), 'SubcontractsScreen'),
});

const subcontract = createRoute({
  getParentRoute: () => frame,
  path: '/subcontracts/$id',
  component: lazyRouteComponent(() => import('./commitments/commitment.tsx'), 'SubcontractScreen'),
});

const timeSheets = createRoute({
  getParentRoute: () => frame,
  path: '/time-sheets',
  validateSearch: z.object({ tab: z.enum(['all', 'submitted', 'failed']).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./time-sheets/time-sheets.tsx'), 'TimeSheetsScreen'),
});

const timeSheet = createRoute({
  getParentRoute: () => frame,
  path: '/time-sheets/$id',
  component: lazyRouteComponent(() => import('./time-sheets/time-sheet.tsx'), 'TimeSheetScreen'),
});

const people = createRoute({
  getParentRoute: () => frame,
  path: '/people',
  validateSearch: z.object({ tab: z.enum(['sign-ins']).optional().catch(undefined) }),
  component: lazyRouteComponent(() => import('./members/people-or-members.tsx'), 'PeopleOrMembersScreen'),
});

const apiKeys = createRoute({
  getParentRoute: () => frame,
  path: '/api-keys',
  component: lazyRouteComponent(() => import('./api-keys/api-keys.tsx'), 'ApiKeysScreen'),
});

const costCodes = createRoute({
  getParentRoute: () => frame,
  path: '/cost-codes',
  validateSearch: z.object({ search: text, project: text }),
  component: lazyRouteComponent(() => import('./cost-codes/cost-codes.tsx'), 'CostCodesScreen'),
});

const projectCosts = createRoute({
  getParentRoute: () => frame,
  path: '/project-costs',
  validateSearch: z.object({ from: text, to: text }),
  component: lazyRouteComponent(() => import('./reports/project-costs.tsx'), 'ProjectCostsScreen'),
});

const toResolve = createRoute({
  getParentRoute: () => frame,
  path: '/to-resolve',
  validateSearch: z.object({ show: z.enum(['open', 'decided']).optional().catch(undefined), search: text }),
  component: lazyRouteComponent(() => import('./to-resolve/to-resolve.tsx'), 'ToResolveScreen'),
});

const activity = createRoute({
  getParentRoute: () => frame,
  path: '/activity',
  validateSearch: z.object({ show: z.enum(['changes', 'documents']).optional().catch(undefined), search: text }),
  component: lazyRouteComponent(() => import('./activity/activity.tsx'), 'ActivityScreen'),
});

const fetches = createRoute({
  getParentRoute: () => frame,
  path: '/fetch',
  validateSearch: z.object({ id: text }),
  component: lazyRouteComponent(() => import('./fetch/fetch.tsx'), 'FetchScreen'),
});

const SettingsTab = z.enum(['configurations', 'procore', 'accounting', 'options']);

const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings',
  validateSearch: z.object({
    tab: SettingsTab.optional().catch(undefined),
    /** company whose Tax mappings window is open; `first` where a link cannot know */
    taxMappings: text,
    /** what the consent round trip came back with */
    connected: text,
    error: text,
  }),
  component: lazyRouteComponent(() => import('./settings/settings.tsx'), 'SettingsScreen'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signIn,
    frame.addChildren([
      purchaseOrders,
      newPurchaseOrder,
      purchaseOrder,
      subcontracts,
      subcontract,
      overview,
      invoices,
      newInvoice,
      invoice,
      projects,
      vendors,
      costCodes,
      timeSheets,
      timeSheet,
      people,
      apiKeys,
      projectCosts,
      toResolve,
      activity,
      fetches,
      settings,
    ]),
  ]),
  context: { queryClient },
  parseSearch: parseSearchWith((value) => value),
  stringifySearch: stringifySearchWith(String),
  defaultPendingComponent: ScreenPending,
  defaultErrorComponent: ScreenError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
