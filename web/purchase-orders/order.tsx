import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { CommitmentScreen } from '../commitments/commitment.tsx';
import { Screen } from '../elements/screen.tsx';
import { Loaded } from '../elements/states.tsx';
import { today } from '../format.ts';
import { blankDraft, draftOf } from './draft.ts';
import { NotEnteredHere } from './not-entered-here.tsx';
import { OrderScreen } from './order-screen.tsx';
import { entryQuery, orderQuery } from './queries.ts';

export function NewPurchaseOrderScreen() {
  const entry = useQuery(entryQuery);
  return (
    <Loaded query={entry}>
      {({ isAvailable, why }) =>
        isAvailable ? (
          <OrderScreen key="new" order={null} start={blankDraft(today())} />
        ) : (
          <Screen title="New purchase order">
            <NotEnteredHere why={why} />
          </Screen>
        )
      }
    </Loaded>
  );
}

/** One of ours is a document to work on; one of Procore's is shown as it stands there. */
export function PurchaseOrderScreen() {
  const { id } = useParams({ from: '/frame/purchase-orders/$id' });
  const query = useQuery(orderQuery(id));
  return (
    <Loaded query={query}>
      {(order) =>
        order.origin === 'procore' ? (
          <CommitmentScreen kind="purchase_order" id={id} />
        ) : (
          <OrderScreen key={id} order={order} start={draftOf(order)} />
        )
      }
    </Loaded>
  );
}
