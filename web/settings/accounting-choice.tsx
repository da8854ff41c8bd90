import { Radio, Stack } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import type { Company } from '../../schemas/connection.ts';
import { CREATE_WHERE_ERP } from './draft.ts';
import styles from './settings.module.css';

interface AccountingChoiceProps {
  company: Company;
  value: Company['createWhereErp'];
  isDisabled: boolean;
  onChoose: (value: 'allow' | 'refuse') => void;
}

/** Asked once per company: an accounting system in Procore usually wants its vendors and codes made there. */
export function AccountingChoice({ company, value, isDisabled, onChoose }: AccountingChoiceProps) {
  return (
    <>
      {company.customSegments.length > 0 && (
        <p className={styles.problem}>
          <IconAlertTriangle size={16} aria-hidden />
          Budget codes here have the custom segments {company.customSegments.join(', ')}. No costs are booked on
          projects that use them.
        </p>
      )}
      {company.isErpConnected && (
        <Radio.Group
          mt="sm"
          label="This company is connected to an accounting system in Procore"
          description="Shall Lentune create vendors, cost codes and cost types there all the same? What waits for the answer is sent by itself."
          value={value}
          onChange={(next) => onChoose(next === 'allow' ? 'allow' : 'refuse')}
        >
          {value === 'ask' && <p className={styles.soft}>{CREATE_WHERE_ERP.ask}</p>}
          <Stack gap="xs" mt="xs">
            {(['allow', 'refuse'] as const).map((one) => (
              <Radio key={one} size="xs" value={one} label={CREATE_WHERE_ERP[one]} disabled={isDisabled} />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </>
  );
}
