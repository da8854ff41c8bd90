import { ActionIcon, Anchor, Button, FileButton } from '@mantine/core';
import { IconPaperclip, IconSend, IconTrash } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { PurchaseOrder } from '../../schemas/purchase-orders.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { type Column, DataTable } from '../elements/data-table.tsx';
import { Section } from '../elements/screen.tsx';
import { attachOrderFile, orderFileUrl, removeOrderFile, sendOrderFiles } from './queries.ts';

type File = PurchaseOrder['files'][number];

/** The PDFs of an order, such as drawings or the supplier's quote; they go to Procore with it. */
export function OrderFiles({ order }: { order: PurchaseOrder }) {
  const { files, may } = order;
  const attach = useMutation({
    mutationFn: (file: globalThis.File) => attachOrderFile(order.id, file),
    onSuccess: (_saved, file) => announce(`${file.name} attached.`),
    onError: announceError,
  });
  const remove = useMutation({ mutationFn: (id: string) => removeOrderFile(order.id, id), onError: announceError });
  const send = useMutation({
    mutationFn: () => sendOrderFiles(order.id),
    onSuccess: () => announce('The files are on their way to Procore.'),
    onError: announceError,
  });
  if (files.length === 0 && !may.attach) return null;
  const columns: Column<File>[] = [
    {
      header: 'Name',
      cell: ({ id, filename }) => (
        <Anchor href={orderFileUrl(order.id, id)} target="_blank" rel="noreferrer">
          {filename}
        </Anchor>
      ),
    },
    { header: 'Size', width: 110, align: 'right', cell: ({ size }) => sizeWords(size) },
    {
      header: '',
      width: 56,
      align: 'right',
      cell: ({ id, filename }) =>
        may.attach && (
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={`Remove ${filename}`}
            loading={remove.isPending && remove.variables === id}
            onClick={() => remove.mutate(id)}
          >
            <IconTrash size={16} />
          </ActionIcon>
        ),
    },
  ];
  return (
    <Section
      title="Files"
      hint="PDFs that go to Procore with the order. What is removed here stays there."
      action={
        <>
          {may.attach && (
            <FileButton
              accept="application/pdf,.pdf"
              inputProps={{ 'aria-label': 'PDF of the purchase order' }}
              onChange={(file) => file !== null && attach.mutate(file)}
            >
              {(props) => (
                <Button
                  {...props}
                  size="compact-xs"
                  variant="default"
                  leftSection={<IconPaperclip size={13} aria-hidden />}
                  loading={attach.isPending}
                >
                  Attach PDF
                </Button>
              )}
            </FileButton>
          )}
          {may.sendFiles && (
            <Button
              size="compact-xs"
              variant="default"
              leftSection={<IconSend size={13} aria-hidden />}
              loading={send.isPending}
              onClick={() => send.mutate()}
            >
              Send the files
            </Button>
          )}
        </>
      }
    >
      {files.length > 0 && <DataTable label="Files" columns={columns} rows={files} keyOf={({ id }) => id} />}
    </Section>
  );
}

const sizeWords = (bytes: number): string =>
  bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
