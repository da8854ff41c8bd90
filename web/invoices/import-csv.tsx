import { Button, Modal } from '@mantine/core';
import { IconFileImport } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { sentenceOf } from '../api.ts';
import { announce } from '../elements/announce.tsx';
import { DataTable } from '../elements/data-table.tsx';
import { countOf } from '../format.ts';
import { importCsv } from './queries.ts';

/** Imports a file of invoices: all of its rows or none, with a reason for each row at fault. */
export function ImportButton() {
  const input = useRef<HTMLInputElement>(null);
  const [fileName, setFileName] = useState('');
  const run = useMutation({
    mutationFn: async (file: File) => importCsv(await file.text()),
    onSuccess: (result) => {
      if (result.errors.length > 0) return;
      announce(`${countOf(result.imported, 'invoice')} imported.`);
      run.reset();
    },
  });
  const errors = run.data?.errors ?? [];
  const isOpen = run.error !== null || errors.length > 0;
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconFileImport size={14} aria-hidden />}
        loading={run.isPending}
        onClick={() => input.current?.click()}
      >
        Import CSV
      </Button>
      <input
        ref={input}
        type="file"
        accept=".csv,text/csv"
        hidden
        aria-label="CSV file of invoices"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          if (file === undefined) return;
          setFileName(file.name);
          run.mutate(file);
        }}
      />
      <Modal opened={isOpen} onClose={() => run.reset()} size="lg" title={`Nothing was imported from ${fileName}`}>
        {run.error !== null && <p>{sentenceOf(run.error)}</p>}
        {errors.length > 0 && (
          <>
            <p>Correct {countOf(errors.length, 'place')} in the file and import it again.</p>
            <DataTable
              label="Rows at fault"
              rows={errors}
              keyOf={(error) => `${error.row} ${error.column} ${error.message}`}
              columns={[
                { header: 'Row', width: 80, cell: (error) => error.row },
                { header: 'Column', width: 140, cell: (error) => error.column },
                { header: 'What to correct', cell: (error) => <span title={error.message}>{error.message}</span> },
              ]}
            />
          </>
        )}
      </Modal>
    </>
  );
}
