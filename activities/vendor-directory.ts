import type { CompanyApi } from '../procore/client.ts';
import type { Trail } from './push-attempt.ts';

/**
 * Puts a vendor into a project's directory, where Procore wants it before anything is booked on it there; adding it is
 * the same however often.
 *
 * @returns whether it was missing there
 */
export async function addToDirectory(
  { projectVendors }: CompanyApi,
  { projectId, projectText }: { projectId: string; projectText: string },
  vendorId: string,
  trail: Trail,
): Promise<boolean> {
  const { rows } = await projectVendors.page({ projectId, ids: [vendorId], cursor: null });
  if (rows.some((row) => row.id === vendorId)) return false;
  trail.about(`Added the vendor to the directory of ${projectText}.`);
  await projectVendors.add(projectId, vendorId);
  return true;
}
