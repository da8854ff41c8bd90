import { Radio, Stack } from '@mantine/core';
import type { Company } from '../../schemas/connection.ts';

type PurchaseOrderMaster = Company['purchaseOrderMaster'];

/** The guide's two switches exclude each other, so they are one choice. */
export const MASTERS: { value: PurchaseOrderMaster; label: string; hint: string }[] = [
  { value: 'none', label: 'No purchase orders', hint: 'Invoices are posted without purchase orders.' },
  {
    value: 'procore',
    label: 'Procore purchase orders',
    hint: 'Update Lentune purchase order when purchase order is created or updated in Procore.',
  },
  {
    value: 'lentune',
    label: 'Lentune purchase orders',
    hint: 'Update Procore purchase order when purchase order is created or updated in Lentune.',
  },
];

interface PurchaseOrderChoiceProps {
  companyName: string;
  value: PurchaseOrderMaster;
  isDisabled: boolean;
  onChoose: (master: PurchaseOrderMaster) => void;
}

export function PurchaseOrderChoice({ companyName, value, isDisabled, onChoose }: PurchaseOrderChoiceProps) {
  return (
    <Radio.Group
      mt="sm"
      label="Purchase orders"
      aria-label={`Purchase orders of ${companyName}`}
      value={value}
      onChange={(chosen) => onChoose(chosen as PurchaseOrderMaster)}
    >
      <Stack gap="xs" mt="xs">
        {MASTERS.map((master) => (
          <Radio
            key={master.value}
            size="xs"
            value={master.value}
            label={master.label}
            description={master.hint}
            disabled={isDisabled}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
