import { Checkbox } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import type { Company, OrderMasterPreview } from '../../schemas/connection.ts';
import { Loaded } from '../elements/states.tsx';
import { orderMasterQuery } from './queries.ts';
import styles from './settings.module.css';

interface OrderMasterEffectProps {
  company: Company;
  to: Company['purchaseOrderMaster'];
  /** what was confirmed so far */
  confirmed: string | null;
  onConfirm: (confirmation: string | null) => void;
}

/** What another master of purchase orders means; orders not plainly on both sides are listed, and must be confirmed. */
export function OrderMasterEffect({ company, to, confirmed, onConfirm }: OrderMasterEffectProps) {
  const query = useQuery(orderMasterQuery(company.id, to));
  return (
    <section className={styles.effect} aria-label={`Effect on the purchase orders of ${company.name}`}>
      <strong>Purchase orders of {company.name}</strong>
      <Loaded query={query}>
        {(preview) => <Effect preview={preview} confirmed={confirmed} onConfirm={onConfirm} />}
      </Loaded>
    </section>
  );
}

const LISTED = 20;

type EffectProps = Pick<OrderMasterEffectProps, 'confirmed' | 'onConfirm'> & { preview: OrderMasterPreview };

function Effect({ preview, confirmed, onConfirm }: EffectProps) {
  const { effects, orders, why, confirmation } = preview;
  return (
    <>
      {effects.map((effect) => (
        <p key={effect} className={styles.soft}>
          {effect}
        </p>
      ))}
      {why !== null && (
        <p className={styles.problem}>
          <IconAlertTriangle size={16} aria-hidden /> {why}
        </p>
      )}
      <ul className={styles.fates}>
        {orders.slice(0, LISTED).map((order) => (
          <li key={order.id}>
            <strong>{order.number}</strong>{' '}
            <span className={styles.soft}>
              {[order.projectText, order.vendorName].filter(Boolean).join(', ')}: {order.says}
            </span>
          </li>
        ))}
        {orders.length > LISTED && <li className={styles.soft}>and {orders.length - LISTED} more</li>}
      </ul>
      {confirmation !== null && why === null && (
        <Checkbox
          size="xs"
          label={`I have seen what becomes of ${orders.length === 1 ? 'this purchase order' : `these ${orders.length} purchase orders`}`}
          checked={confirmed === confirmation}
          onChange={(event) => onConfirm(event.currentTarget.checked ? confirmation : null)}
        />
      )}
    </>
  );
}
