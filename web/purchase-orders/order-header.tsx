import { TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import type { z } from 'zod';
import { Vendor, type VendorCreate } from '../../schemas/records.ts';
import { api } from '../api.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { DayField } from '../elements/day-field.tsx';
import { searchProjects, searchVendors } from '../elements/record-options.ts';
import { Typeahead } from '../elements/typeahead.tsx';
import styles from '../invoices/check-screen.module.css';
import { hasRole } from '../session.ts';
import type { Draft } from './draft.ts';
import type { OrderFormProps } from './order-lines.tsx';

/** Who delivers what to which project, and when. */
export function OrderHeader({ draft, change, mistakes, isReadOnly }: OrderFormProps) {
  const { session } = useRouteContext({ from: '/frame' });
  const set = (fields: Partial<Draft>) => change((now) => ({ ...now, ...fields }));
  const createVendor = useMutation({
    mutationFn: (vendor: z.infer<typeof VendorCreate>) => api.post('/api/vendors', Vendor, vendor),
    onSuccess: (vendor) => {
      set({ supplier: { id: vendor.id, text: vendor.description } });
      announce(`Supplier ${vendor.description} created.`);
    },
    onError: announceError,
  });
  return (
    <section className={styles.header} aria-label="Purchase order">
      <div className={styles.wide}>
        <Typeahead
          label="Supplier"
          field="supplier"
          placeholder="Name or code"
          value={draft.supplier}
          optionsKey={['vendors', 'options']}
          load={searchVendors}
          onPick={(supplier) => set({ supplier })}
          create={
            hasRole(session, 'clerk', 'admin')
              ? {
                  label: (text) => `Create supplier "${text}"`,
                  run: (text) => createVendor.mutate({ description: text }),
                }
              : undefined
          }
          error={mistakes.payableAccountId}
          isReadOnly={isReadOnly}
        />
      </div>
      <TextInput
        label="Order number"
        data-field="number"
        autoComplete="off"
        value={draft.number}
        readOnly={isReadOnly}
        error={mistakes.number}
        onChange={(event) => set({ number: event.currentTarget.value })}
      />
      <div className={styles.wide}>
        <Typeahead
          label="Project"
          field="project"
          placeholder="Code or words"
          value={draft.project}
          optionsKey={['projects', 'options']}
          load={(search) => searchProjects(search)}
          onPick={(project) =>
            change((now) => ({
              ...now,
              project,
              // Codes are those of the project.
              lines:
                project?.id === now.project?.id
                  ? now.lines
                  : now.lines.map((line) => ({ ...line, code: null, costType: null })),
            }))
          }
          error={mistakes.projectId}
          isReadOnly={isReadOnly}
        />
      </div>
      <DayField
        label="Date"
        field="date"
        value={draft.orderDate}
        isReadOnly={isReadOnly}
        error={mistakes.orderDate}
        onChange={(orderDate) => set({ orderDate })}
      />
      <DayField
        label="Delivery"
        field="delivery"
        value={draft.deliveryDate}
        isReadOnly={isReadOnly}
        error={mistakes.deliveryDate}
        onChange={(deliveryDate) => set({ deliveryDate })}
      />
      <TextInput
        className={styles.description!}
        label="Description"
        data-field="description"
        autoComplete="off"
        value={draft.description}
        readOnly={isReadOnly}
        error={mistakes.description}
        onChange={(event) => set({ description: event.currentTarget.value })}
      />
    </section>
  );
}
