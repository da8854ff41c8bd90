import { Button, Tabs } from '@mantine/core';
import { IconChecks, IconCircleCheck } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useNavigate, useRouteContext, useSearch } from '@tanstack/react-router';
import { MappingTask } from '../../schemas/mapping-tasks.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { LoadMore } from '../elements/data-table.tsx';
import { Screen } from '../elements/screen.tsx';
import { SearchField } from '../elements/search-field.tsx';
import { useSearchPage } from '../elements/search-page.ts';
import { EmptyState, ErrorState, LoadingRows } from '../elements/states.tsx';
import { countOf } from '../format.ts';
import { hasRole } from '../session.ts';
import { accept } from './queries.ts';
import { DecidedCard, QuestionCard } from './question-card.tsx';
import styles from './to-resolve.module.css';

export function ToResolveScreen() {
  const { show = 'open', search } = useSearch({ from: '/frame/to-resolve' });
  const { session } = useRouteContext({ from: '/frame' });
  const navigate = useNavigate({ from: '/to-resolve' });
  const mayDecide = hasRole(session, 'admin', 'clerk');
  const page = useSearchPage({
    key: 'mapping-tasks',
    path: '/api/mapping-tasks',
    row: MappingTask,
    query: { state: show, search },
    limit: 50,
  });
  const suggested = page.rows.filter((task) => show === 'open' && task.suggestedId !== null);
  return (
    <Screen
      title="To resolve"
      width="form"
      actions={
        <SearchField
          label="Search questions"
          value={search}
          onSearch={(text) => void navigate({ search: { show, search: text }, replace: true })}
        />
      }
    >
      <Tabs
        value={show}
        mb="md"
        onChange={(tab) => void navigate({ search: { show: tab === 'decided' ? 'decided' : 'open' }, replace: true })}
      >
        <Tabs.List>
          <Tabs.Tab value="open">Open</Tabs.Tab>
          <Tabs.Tab value="decided">Decided</Tabs.Tab>
        </Tabs.List>
      </Tabs>
      {mayDecide && suggested.length > 1 && <AcceptAll tasks={suggested} />}
      <Questions page={page} isOpen={show === 'open'} mayDecide={mayDecide} />
    </Screen>
  );
}

/** Links all that have one suggestion nobody else uses. */
function AcceptAll({ tasks }: { tasks: MappingTask[] }) {
  const acceptAll = useMutation({
    mutationFn: () => accept(tasks.map(({ id }) => id)),
    onSuccess: ({ accepted, refused }) => {
      const rest = refused.length === 0 ? '' : ` ${countOf(refused.length, 'question')} still need you.`;
      announce(`${countOf(accepted.length, 'suggestion')} accepted.${rest}`, refused.length === 0 ? 'good' : 'bad');
    },
    onError: announceError,
  });
  return (
    <div className={styles.bar}>
      <span>{countOf(tasks.length, 'question')} here have exactly one suggestion.</span>
      <Button
        variant="default"
        leftSection={<IconChecks size={14} aria-hidden />}
        loading={acceptAll.isPending}
        onClick={() => {
          if (window.confirm(`Link ${tasks.length} records as suggested? Each can be undone.`)) acceptAll.mutate();
        }}
      >
        Accept {tasks.length} suggestions
      </Button>
    </div>
  );
}

interface QuestionsProps {
  page: ReturnType<typeof useSearchPage<typeof MappingTask>>;
  isOpen: boolean;
  mayDecide: boolean;
}

function Questions({ page, isOpen, mayDecide }: QuestionsProps) {
  if (page.error !== null) return <ErrorState error={page.error} onRetry={page.retry} />;
  if (page.isLoading) return <LoadingRows rows={8} />;
  if (page.rows.length === 0) {
    return isOpen ? (
      <EmptyState icon={IconCircleCheck} title="Nothing to resolve">
        When a record of Procore could be several of yours, or looks like one of them, the question appears here.
      </EmptyState>
    ) : (
      <EmptyState icon={IconCircleCheck} title="Nothing decided yet">
        Decisions stay here, so that each can be changed or taken back.
      </EmptyState>
    );
  }
  return (
    <>
      {isOpen && mayDecide && (
        <p className={styles.hint}>
          Press <kbd>1</kbd> to <kbd>9</kbd> to link the suggestion of that number, of the first card or the one you are
          on.
        </p>
      )}
      <ul className={styles.cards} aria-label={isOpen ? 'Open questions' : 'Decided questions'}>
        {page.rows.map((task, index) => (
          <li key={task.id}>
            {isOpen ? (
              <QuestionCard task={task} mayDecide={mayDecide} isFirst={index === 0} />
            ) : (
              <DecidedCard task={task} mayDecide={mayDecide} />
            )}
          </li>
        ))}
      </ul>
      <LoadMore
        shown={page.rows.length}
        total={page.total}
        noun="question"
        hasMore={page.hasMore}
        isLoading={page.isLoadingMore}
        onMore={page.loadMore}
      />
    </>
  );
}
