import type { ErrorCode, Facts } from './errors.ts';
import { type Finding, projectText } from './invoice.ts';
import { arranged, checkHeldVendor, checkLine, checkTaxCode } from './preflight.ts';
import type { Add } from './preflight-check.ts';
import { type OrderDocument, orderGaps } from './purchase-order.ts';
import { documentLines } from './purchase-order-plan.ts';

/** The settings preflight of an order reads; see db/schema/settings.ts. */
export interface OrderPreflightSettings {
  createMissingCodes: boolean;
  createMissingVendors: boolean;
  postWithoutTax: boolean;
}

/** Finds every reason an order cannot go out, all at once; only whether its number is free is for Procore to say. */
export function orderProblems(
  order: OrderDocument,
  settings: OrderPreflightSettings,
  project: { isMonitored: boolean; notMonitoredReason: string | null },
): Finding[] {
  const findings = orderGaps(order);
  const add: Add = <C extends ErrorCode>(code: C, facts: Facts<C>, line?: number, severity?: Finding['severity']) =>
    void findings.push({
      code,
      facts,
      severity: severity ?? 'blocks',
      ...(line === undefined ? {} : { line }),
    } as Finding);
  const { number, company } = order;
  if (!order.isSendingOn) add('PO_SENDING_OFF', { number, company: company.name });
  if (order.status !== 'approved') add('PO_NOT_APPROVED', { number });
  if (order.project.procoreId === null) add('PROJECT_UNLINKED', { project: projectText(order.project) });
  else if (!project.isMonitored)
    add('PROJECT_NOT_MONITORED', { project: projectText(order.project), why: project.notMonitoredReason ?? '' });
  checkVendor(order, settings, add);
  for (const line of documentLines(order)) {
    checkLine(line, settings, add);
    checkTaxCode(line, settings, add);
  }
  return arranged(findings);
}

function checkVendor(order: OrderDocument, settings: OrderPreflightSettings, add: Add): void {
  const { vendor } = order;
  if (vendor === null) return;
  const isLinked = vendor.procoreIds[order.company.id] !== undefined;
  if (!vendor.isActive) add('VENDOR_INACTIVE', { vendor: vendor.name });
  else if (!isLinked && !settings.createMissingVendors) add('VENDOR_MISSING', { vendor: vendor.name });
  else checkHeldVendor({ lines: documentLines(order) }, vendor, add);
}
