import { useQuery } from '@tanstack/react-query';
import { Loaded, LoadingRows } from '../elements/states.tsx';
import { formatMoney } from '../format.ts';
import styles from './check-screen.module.css';
import { duplicateQuery } from './queries.ts';

/** What stands in Procore under the number, beside what we would make of it. */
export function DuplicateRecords({ invoiceId }: { invoiceId: string }) {
  const query = useQuery(duplicateQuery(invoiceId));
  return (
    <Loaded query={query} loading={<LoadingRows rows={2} />}>
      {({ places }) =>
        places.length === 0 ? (
          <p className={styles.soft}>It is not there any more. Retry sends the invoice.</p>
        ) : (
          places.map((place) =>
            place.records.map((record) => (
              <section key={record.procoreId} aria-label={`Record ${record.procoreId} in ${place.projectText}`}>
                <p>
                  <strong>#{record.procoreId}</strong> in {place.projectText}, {record.status}, $
                  {formatMoney(record.total)}
                  {record.locked !== null && <span className={styles.soft}> · {record.locked}</span>}
                </p>
                {record.differs.length > 0 && (
                  <table className={styles.difference}>
                    <thead>
                      <tr>
                        <th scope="col">Field</th>
                        <th scope="col">In Procore</th>
                        <th scope="col">Here</th>
                      </tr>
                    </thead>
                    <tbody>
                      {record.differs.map(({ field, ours, theirs }) => (
                        <tr key={field}>
                          <td>{field}</td>
                          <td>{theirs}</td>
                          <td>{ours}</td>
                        </tr>
                      ))}
                    </tbody>
                  </table>
                )}
                {record.lines.length > 0 && (
                  <p className={styles.soft}>Lines that only Procore has, and that stay: {record.lines.join('; ')}.</p>
                )}
              </section>
            )),
          )
        )
      }
    </Loaded>
  );
}
