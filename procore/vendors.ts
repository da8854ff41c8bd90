import { z } from 'zod';
import { type Call, type PageInput, range, segment } from './call.ts';
import { flag, id, optional, text } from './fields.ts';
import { numeral } from './json.ts';

export const vendor = z.object({
  id,
  name: text,
  abbreviated_name: text,
  address: text,
  city: text,
  zip: text,
  state_code: text,
  country_code: text,
  business_phone: text,
  email_address: text,
  is_active: flag,
  origin_id: text,
  /** the visible code another system gave it */
  origin_code: text,
  origin_data: text,
  /** an accounting system holds it too */
  synced_to_erp: flag,
  business_register: optional(z.object({ type: text, identifier: text })),
  updated_at: text,
});
export type Vendor = z.infer<typeof vendor>;

export interface VendorsPageInput extends PageInput {
  ids?: readonly string[];
  /** loose: names, keywords, origin codes and tax numbers; compare exactly afterwards */
  search?: string;
  updatedFrom?: string;
  updatedTo?: string;
}

export interface VendorFields {
  name: string;
  address?: string;
  city?: string;
  zip?: string;
  /** ISO 3166-1 alpha-2; anything else is refused by Procore */
  countryCode?: string;
  businessPhone?: string;
  emailAddress?: string;
}

export interface NewVendor extends VendorFields {
  /** our stamp */
  originData: string;
}

/** Company vendors, contract section 4. The list holds active vendors only; deactivated ones stand in a list of their own. */
export const createVendors = (call: Call) => {
  const company = { company_id: call.companyId };
  return {
    page: ({ ids, search, updatedFrom, updatedTo, cursor }: VendorsPageInput) =>
      call.page(
        vendor,
        '/rest/v1.0/vendors',
        {
          ...company,
          'filters[id]': ids,
          'filters[search]': search,
          'filters[updated_at]': range(updatedFrom, updatedTo),
          per_page: 200,
        },
        { cursor },
      ),
    inactivePage: ({ cursor }: PageInput) =>
      call.page(
        vendor,
        `/rest/v1.0/companies/${segment(call.companyId)}/vendors/inactive`,
        { per_page: 200 },
        { cursor },
      ),
    show: (vendorId: string): Promise<Vendor> =>
      call.one(vendor, { method: 'GET', path: `/rest/v1.0/vendors/${segment(vendorId)}`, query: company }),
    create: (input: NewVendor): Promise<Vendor> =>
      call.one(vendor, {
        method: 'POST',
        path: '/rest/v1.0/vendors',
        body: { company_id: numeral(call.companyId), vendor: vendorFields(input) },
      }),
  };
};

const vendorFields = (input: VendorFields & { originData?: string }) => ({
  name: input.name,
  origin_data: input.originData,
  address: input.address,
  city: input.city,
  zip: input.zip,
  country_code: input.countryCode,
  business_phone: input.businessPhone,
  email_address: input.emailAddress,
});
