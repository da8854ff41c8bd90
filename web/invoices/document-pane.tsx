import { ActionIcon, Button, NativeSelect } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { IconFileText, IconLayoutSidebarLeftCollapse, IconPaperclip, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouteContext } from '@tanstack/react-router';
import { useRef, useState } from 'react';
import type { Invoice } from '../../schemas/invoices.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { hasRole } from '../session.ts';
import styles from './check-screen.module.css';
import { attachFile, fileUrl, removeFile } from './queries.ts';

/** What the supplier sent, beside its coding. Without a document it stands aside until one is dropped on it. */
export function DocumentPane({ invoice }: { invoice: Invoice }) {
  const { session } = useRouteContext({ from: '/frame' });
  const { files } = invoice;
  const [isHidden, setHidden] = useLocalStorage({ key: 'document-hidden', defaultValue: false });
  const [chosen, setChosen] = useState<string | null>(null);
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const shown = files.find(({ id }) => id === chosen) ?? files.at(-1);
  const mayAttach = hasRole(session, 'clerk') && !invoice.may.cancel;
  const attach = useMutation({
    mutationFn: (file: File) => attachFile(invoice.id, file),
    onSuccess: (_saved, file) => announce(`${file.name} attached.`),
    onError: announceError,
  });
  const remove = useMutation({ mutationFn: (id: string) => removeFile(invoice.id, id), onError: announceError });
  const take = (file: File | undefined) => file !== undefined && mayAttach && attach.mutate(file);
  const isClosed = isHidden || shown === undefined;
  return (
    <aside
      className={styles.pane}
      aria-label="Document"
      data-closed={isClosed || undefined}
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take(event.dataTransfer.files[0]);
      }}
    >
      <div className={styles.paneHead}>
        {shown !== undefined && (
          <ActionIcon
            variant="subtle"
            aria-label={isClosed ? 'Show document' : 'Hide document'}
            onClick={() => setHidden(!isHidden)}
          >
            {isClosed ? <IconFileText size={18} /> : <IconLayoutSidebarLeftCollapse size={18} />}
          </ActionIcon>
        )}
        {!isClosed && (
          <NativeSelect
            className={styles.paneNames!}
            size="xs"
            variant="unstyled"
            aria-label="File shown"
            data={files.map(({ id, filename }) => ({ value: id, label: filename }))}
            value={shown.id}
            onChange={(event) => setChosen(event.currentTarget.value)}
          />
        )}
        {mayAttach && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconPaperclip size={13} aria-hidden />}
            loading={attach.isPending}
            onClick={() => input.current?.click()}
          >
            Attach PDF
          </Button>
        )}
        {shown === undefined && <span className={styles.soft}>No document</span>}
        {!isClosed && mayAttach && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${shown.filename}`}
            loading={remove.isPending}
            onClick={() => remove.mutate(shown.id)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        )}
      </div>
      {!isClosed && <iframe title={shown.filename} src={fileUrl(invoice.id, shown.id)} />}
      <input
        ref={input}
        type="file"
        accept="application/pdf,.pdf"
        hidden
        aria-label="PDF of the invoice"
        onChange={(event) => {
          const file = event.currentTarget.files?.[0];
          event.currentTarget.value = '';
          take(file);
        }}
      />
    </aside>
  );
}
