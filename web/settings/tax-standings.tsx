import { Button } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import type { TaxStandings as Standings } from '../../schemas/connection.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { Loaded } from '../elements/states.tsx';
import { Tag } from '../elements/tag.tsx';
import { formatMoment } from '../format.ts';
import { taxStandingsQuery, testTax } from './queries.ts';
import styles from './settings.module.css';

type Row = Standings[number];

const WORDS = {
  works: { words: 'GST works', tone: 'good' },
  refused: { words: 'GST refused', tone: 'warn' },
  unknown: { words: 'Not yet known', tone: 'soft' },
} as const;

const isUnderWay = (row: Row) => row.test?.state === 'queued' || row.test?.state === 'running';
const LOOK_MS = 1_500;

/** On which projects GST works, as Procore's own answers told. */
export function TaxStandings({ companyId, mayTest }: { companyId: string; mayTest: boolean }) {
  const query = useQuery({
    ...taxStandingsQuery(companyId),
    refetchInterval: ({ state }) => (state.data?.some(isUnderWay) ? LOOK_MS : false),
  });
  return (
    <section aria-label="GST on projects" className={styles.effect}>
      <strong>GST on projects</strong>
      <Loaded query={query}>
        {(rows) =>
          rows.length === 0 ? (
            <p className={styles.soft}>No project has been fetched yet.</p>
          ) : (
            <table className={styles.mappings}>
              <tbody>
                {rows.map((row) => (
                  <tr key={row.projectId}>
                    <th scope="row">
                      <strong>{row.code}</strong> <span className={styles.soft}>{row.description}</span>
                    </th>
                    <td>
                      <Tag tone={WORDS[row.standing].tone}>{WORDS[row.standing].words}</Tag>
                    </td>
                    <td className={styles.soft}>{sentenceOf(row)}</td>
                    <td>{mayTest && <Test row={row} />}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </section>
  );
}

function sentenceOf({ test }: Row): string {
  if (test === null) return '';
  if (test.outcome === null) return 'Being tested';
  return `${test.outcome} (tested ${formatMoment(test.at)})`;
}

function Test({ row }: { row: Row }) {
  const start = useMutation({
    mutationFn: () => testTax(row.projectId),
    onSuccess: () => announce(`${row.code} is being tested with a draft that is deleted again.`),
    onError: announceError,
  });
  return (
    <Button
      size="compact-xs"
      variant="default"
      loading={start.isPending || isUnderWay(row)}
      aria-label={`Test ${row.code}`}
      onClick={() => start.mutate()}
    >
      Test this project
    </Button>
  );
}
