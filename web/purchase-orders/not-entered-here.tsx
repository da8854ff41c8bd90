import { Button } from '@mantine/core';
import { IconShoppingCart } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { EmptyState } from '../elements/states.tsx';

/** Why no purchase order is entered here. */
export function NotEnteredHere({ why }: { why: string | null }) {
  return (
    <EmptyState
      icon={IconShoppingCart}
      title="Purchase orders are not entered here"
      action={
        <Button variant="default" renderRoot={(root) => <Link to="/settings" search={{ tab: 'procore' }} {...root} />}>
          Open settings
        </Button>
      }
    >
      {why}
    </EmptyState>
  );
}
