import { Button, TextInput } from '@mantine/core';
import { IconArrowBackUp, IconLink, IconPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useEffect, useState } from 'react';
import type { MappingChoice, MappingDecision, MappingTask } from '../../schemas/mapping-tasks.ts';
import { announce, announceError } from '../elements/announce.tsx';
import { searchPeople, searchVendors } from '../elements/record-options.ts';
import { Tag } from '../elements/tag.tsx';
import { Typeahead } from '../elements/typeahead.tsx';
import { countOf, formatMoment } from '../format.ts';
import { decide, undo } from './queries.ts';
import styles from './to-resolve.module.css';

interface CardProps {
  task: MappingTask;
  mayDecide: boolean;
}

const QUESTIONS: Record<MappingTask['question'], string> = {
  match: 'Which supplier is this?',
  renamed: 'Is this still the same supplier?',
  merged: 'Were these merged?',
  cancelled: 'What becomes of it in Procore?',
};

/** What "it stays as it is" is to each question. */
const KEEPS: Record<MappingTask['question'], string> = {
  match: 'Keep both',
  renamed: 'The same supplier',
  merged: 'Keep both',
  cancelled: 'Dealt with in Procore',
};

/** One question: what came from Procore on the left, what it may be on the right. */
export function QuestionCard({ task, mayDecide, isFirst }: CardProps & { isFirst: boolean }) {
  const answer = useDecision(task);
  const pick = (event: { key: string; target: EventTarget | null; preventDefault(): void }) => {
    const isTyping = event.target instanceof HTMLInputElement;
    const candidate = task.candidates[Number(event.key) - 1];
    if (isTyping || !mayDecide || answer.isPending || candidate === undefined || !can(task, 'link')) return;
    event.preventDefault();
    answer.mutate({ choice: 'link', recordId: candidate.id });
  };
  useWithoutFocus(isFirst, pick);
  return (
    <article
      className={styles.card}
      aria-label={task.subject}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the card takes the number keys
      tabIndex={0}
      onKeyDown={pick}
    >
      <div className={styles.theirs}>
        <span className={styles.soft}>
          {task.companyName}, {task.kind === 'user' ? 'Who is this?' : QUESTIONS[task.question]}
        </span>
        <strong className={styles.subject}>{task.subject}</strong>
        <Facts task={task} />
        {task.waitingInvoices > 0 && <Tag tone="warn">{countOf(task.waitingInvoices, 'invoice')} waiting for this</Tag>}
        <p className={styles.reason}>{task.reason}</p>
      </div>
      <div className={styles.ours}>
        {task.candidates.map((candidate, index) => (
          <div key={candidate.id} className={styles.candidate}>
            <span className={styles.number} aria-hidden>
              {index + 1}
            </span>
            <span className={styles.candidateWords}>
              <strong>{candidate.name}</strong> <span className={styles.soft}>{candidate.code}</span>
              <span className={styles.why}>
                {candidate.why}
                {candidate.openInvoices > 0 && ` ${countOf(candidate.openInvoices, 'open invoice')}.`}
              </span>
            </span>
            {mayDecide && can(task, 'link') && (
              <Button
                size="xs"
                variant={candidate.id === task.suggestedId ? 'filled' : 'default'}
                leftSection={<IconLink size={13} aria-hidden />}
                disabled={answer.isPending}
                aria-label={`Link to ${candidate.name}`}
                onClick={() => answer.mutate({ choice: 'link', recordId: candidate.id })}
              >
                Link
              </Button>
            )}
          </div>
        ))}
        {mayDecide && <Answers task={task} isBusy={answer.isPending} onAnswer={answer.mutate} />}
      </div>
    </article>
  );
}

/** While nothing has the focus, as after a decision, the keys mean the first card. */
function useWithoutFocus(isFirst: boolean, pick: (event: KeyboardEvent) => void): void {
  useEffect(() => {
    if (!isFirst) return;
    const onKey = (event: KeyboardEvent) => {
      if (document.activeElement === null || document.activeElement === document.body) pick(event);
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  });
}

/** What a question can be linked to, and how that is said. */
const TARGETS = {
  vendor: {
    another: 'Another supplier',
    placeholder: 'Link to another: code or words',
    optionsKey: ['vendors', 'options'],
    load: searchVendors,
    gone: 'a supplier that is gone',
    created: 'has a payable account of its own.',
  },
  user: {
    another: 'Another person',
    placeholder: 'Link to another: name or email',
    optionsKey: ['people', 'options'],
    load: searchPeople,
    gone: 'a person who is gone',
    created: 'is a new person here.',
  },
} as const;

const targetOf = ({ kind }: MappingTask) => TARGETS[kind === 'user' ? 'user' : 'vendor'];

const can = (task: MappingTask, choice: MappingChoice) => task.choices.includes(choice);

function useDecision(task: MappingTask) {
  return useMutation({
    mutationFn: (decision: MappingDecision) => decide(task.id, decision),
    onSuccess: (after) => announce(sentenceOf(after)),
    onError: announceError,
  });
}

interface AnswersProps {
  task: MappingTask;
  isBusy: boolean;
  onAnswer: (decision: MappingDecision) => void;
}

/** The answers beside the suggestions: another record, a new one, the same, or leave it out. */
function Answers({ task, isBusy, onAnswer }: AnswersProps) {
  const [isIgnoring, setIgnoring] = useState(false);
  const [reason, setReason] = useState('');
  return (
    <div className={styles.answers}>
      {can(task, 'link') && (
        <Typeahead
          label={targetOf(task).another}
          field={`another-${task.id}`}
          placeholder={targetOf(task).placeholder}
          value={null}
          optionsKey={targetOf(task).optionsKey}
          load={targetOf(task).load}
          onPick={(option) => option !== null && onAnswer({ choice: 'link', recordId: option.id })}
        />
      )}
      <div className={styles.buttons}>
        {can(task, 'keep') && (
          <Button size="xs" disabled={isBusy} onClick={() => onAnswer({ choice: 'keep' })}>
            {KEEPS[task.question]}
          </Button>
        )}
        {can(task, 'create') && (
          <Button
            size="xs"
            variant="default"
            leftSection={<IconPlus size={13} aria-hidden />}
            disabled={isBusy}
            onClick={() => onAnswer({ choice: 'create' })}
          >
            {task.question === 'renamed' ? 'Another supplier: create new' : 'Create new'}
          </Button>
        )}
        {can(task, 'ignore') && !isIgnoring && (
          <Button size="xs" variant="subtle" disabled={isBusy} onClick={() => setIgnoring(true)}>
            Ignore
          </Button>
        )}
      </div>
      {isIgnoring && (
        <form
          className={styles.buttons}
          onSubmit={(event) => {
            event.preventDefault();
            if (reason.trim() !== '') onAnswer({ choice: 'ignore', reason });
          }}
        >
          <TextInput
            size="xs"
            className={styles.grow!}
            aria-label="Why it is ignored"
            placeholder="Why? For example: closed down"
            data-autofocus
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value)}
          />
          <Button size="xs" type="submit" disabled={isBusy || reason.trim() === ''}>
            Ignore
          </Button>
          <Button size="xs" variant="subtle" onClick={() => setIgnoring(false)}>
            Cancel
          </Button>
        </form>
      )}
    </div>
  );
}

function Facts({ task }: { task: MappingTask }) {
  if (task.facts.length === 0) return null;
  return (
    <dl className={styles.facts}>
      {task.facts.map(({ label, value }) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** A decision, with the ways to change it. */
export function DecidedCard({ task, mayDecide }: CardProps) {
  const [isChanging, setChanging] = useState(false);
  const takeBack = useMutation({
    mutationFn: () => undo(task.id),
    onSuccess: () => announce(`"${task.subject}" is open again.`),
    onError: announceError,
  });
  const answer = useDecision(task);
  return (
    <article className={styles.decided} aria-label={task.subject}>
      <div className={styles.decidedWords}>
        <strong>{task.subject}</strong> {sentenceOf(task)}
        <Byline>
          {task.decidedBy}
          {task.decidedAt !== null && `, ${formatMoment(task.decidedAt)}`}
        </Byline>
      </div>
      {mayDecide && (
        <div className={styles.buttons}>
          {can(task, 'link') && (
            <Button size="xs" variant="subtle" onClick={() => setChanging(!isChanging)}>
              Change
            </Button>
          )}
          <Button
            size="xs"
            variant="default"
            leftSection={<IconArrowBackUp size={13} aria-hidden />}
            loading={takeBack.isPending}
            onClick={() => takeBack.mutate()}
          >
            Undo
          </Button>
        </div>
      )}
      {isChanging && <Answers task={task} isBusy={answer.isPending} onAnswer={answer.mutate} />}
    </article>
  );
}

const Byline = ({ children }: { children: ReactNode }) => <span className={styles.why}>{children}</span>;

function sentenceOf(task: MappingTask): string {
  switch (task.state) {
    case 'linked':
      return `is linked to ${task.chosenName ?? targetOf(task).gone}.`;
    case 'created':
      return targetOf(task).created;
    case 'kept':
      if (task.question === 'cancelled') return 'was dealt with in Procore.';
      return task.question === 'renamed' ? 'is the same supplier under a new name.' : 'stays as it is.';
    case 'ignored':
      return `is ignored: ${task.note ?? ''}`;
    case 'open':
      return 'is open.';
  }
}
