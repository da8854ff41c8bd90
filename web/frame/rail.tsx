import {
  IconApi,
  IconBuildingSkyscraper,
  IconClockHour4,
  IconCloudDownload,
  IconFileText,
  IconHelpCircle,
  IconHistory,
  IconHome,
  IconListNumbers,
  IconReceipt,
  IconSettings,
  IconShoppingCart,
  IconTruck,
  IconUsers,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import { formatCount } from '../format.ts';
import { mappingCountQuery } from '../to-resolve/queries.ts';
import styles from './frame.module.css';

interface Place {
  to: LinkProps['to'];
  name: string;
  icon: TablerIcon;
}

const PLACES: Place[] = [
  { to: '/', name: 'Overview', icon: IconHome },
  { to: '/invoices', name: 'Invoices', icon: IconReceipt },
  { to: '/purchase-orders', name: 'Purchase orders', icon: IconShoppingCart },
  { to: '/subcontracts', name: 'Subcontracts', icon: IconFileText },
  { to: '/time-sheets', name: 'Time sheets', icon: IconClockHour4 },
  { to: '/projects', name: 'Projects', icon: IconBuildingSkyscraper },
  { to: '/vendors', name: 'Vendors', icon: IconTruck },
  { to: '/cost-codes', name: 'Cost codes', icon: IconListNumbers },
];

const ACTIVITY: Place = { to: '/activity', name: 'Activity', icon: IconHistory };
const FETCH: Place = { to: '/fetch', name: 'Fetch', icon: IconCloudDownload };

export function Rail() {
  return (
    <nav className={styles.rail} aria-label="Main">
      <div className={styles.brand}>
        <img src="/mark.svg" alt="" width={24} height={24} />
        <span className={styles.railWord}>Lentune for Procore</span>
      </div>
      <div className={styles.places}>
        {PLACES.map((place) => (
          <PlaceLink key={place.name} {...place} />
        ))}
        <ToResolve />
        <PlaceLink {...ACTIVITY} />
        <PlaceLink {...FETCH} />
      </div>
      <div className={styles.railFoot}>
        <span className={styles.railHead}>Administration</span>
        <PlaceLink to="/settings" name="Settings" icon={IconSettings} />
        <PlaceLink to="/people" name="People" icon={IconUsers} />
        <PlaceLink to="/api-keys" name="API" icon={IconApi} />
      </div>
    </nav>
  );
}

function PlaceLink({ to, name, icon: Icon }: Place) {
  return (
    <Link to={to} className={styles.place} activeOptions={{ exact: to === '/', includeSearch: false }} title={name}>
      <Icon size={18} stroke={1.6} aria-hidden />
      <span className={styles.railWord}>{name}</span>
    </Link>
  );
}

/** "To resolve (3)": questions about Procore records that wait for somebody. */
function ToResolve() {
  const open = useQuery(mappingCountQuery).data?.open ?? 0;
  const name = open === 0 ? 'To resolve' : `To resolve (${formatCount(open)})`;
  return <PlaceLink to="/to-resolve" name={name} icon={IconHelpCircle} />;
}
