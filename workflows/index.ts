export { ConnectCompany } from './connect-company.ts';
export { FetchProjects } from './fetch-projects.ts';
export { ImportProject } from './import-project.ts';
export { Maintain } from './maintain.ts';
export { PushInvoice } from './push-invoice.ts';
export { Reconcile } from './reconcile.ts';
export { SyncCostCodes } from './sync-cost-codes.ts';
export { SyncVendor } from './sync-vendor.ts';
